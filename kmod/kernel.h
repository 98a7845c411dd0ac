/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module's files offer each other, beyond the protocol and its parser. */
#ifndef TCPHASH_KERNEL_H
#define TCPHASH_KERNEL_H

struct file;
struct net;
struct sock;

/* A socket met on the way through the table. Ports are in host order. */
struct tcphash_entry {
	struct tcphash_answer answer;
	int family;			/* of the addresses: AF_INET for v4-mapped */
	union tcphash_address saddr;
	union tcphash_address daddr;
	u16 sport;
	u16 dport;
};

/* Goes through the buckets of the ehash, and then through those of listeners. */
struct tcphash_cursor {
	u32 bucket;
	u32 skip;			/* nodes of its chain that are done */
	bool done;
};

/* The error of a line that the parser took and the kernel refuses. */
static inline void tcphash_refuse(struct tcphash_error *error, const char *code,
				  unsigned int column, const char *what)
{
	error->code = code;
	error->column = column;
	error->what = what;
}

/* netns.c: a reference for put_net(), or NULL, with *error filled where there is one. */
struct net *tcphash_netns_get(const struct tcphash_request *request, const struct file *opener,
			      struct tcphash_error *error);
struct net *tcphash_netns_nth(unsigned int n);
bool tcphash_netns_allowed(const struct net *net, const struct file *opener);
bool tcphash_host_allowed(const struct file *opener);

/* vrf.c: the index of a slave of the interface where that is a VRF, else 0. */
int tcphash_slave(struct net *net, int dif);

/* read.c: copies out of a socket that is held, under RCU. */
enum tcphash_found tcphash_kind(const struct sock *sk);
void tcphash_read_sock(struct sock *sk, struct tcphash_answer *answer);
void tcphash_read_listener(struct sock *sk, struct tcphash_answer *answer);

/*
 * find.c: a socket of any kind that the ehash has for the tuple, held until
 * sock_gen_put(), or NULL; and only its kind, with nothing held.
 */
struct sock *tcphash_established_get(struct net *net, const struct tcphash_request *request);
enum tcphash_found tcphash_find(struct net *net, const struct tcphash_request *request);

/* lookup.c: returns 0, or a negative errno with *error filled. */
int tcphash_lookup(const struct tcphash_request *request, const struct file *opener,
		   struct tcphash_answer *answer, struct tcphash_error *error);

/* near.c: sleeps. */
void tcphash_near(struct net *net, const struct tcphash_request *request,
		  const struct file *opener, struct tcphash_answer *answer);

/* How many entries list.c and dump.c ask tcphash_walk() for at a time. */
#define TCPHASH_BATCH	32

/* walk.c: one bounded RCU section; returns the entries filled. */
unsigned int tcphash_walk(struct net *net, const struct tcphash_request *filter,
			  struct tcphash_cursor *cursor, struct tcphash_entry *entries,
			  unsigned int max);

/* walk.c, of the listeners of one bucket of lhash2: the next one, and a reference. */
bool tcphash_listener_next(struct sock *sk, struct sock **next);
bool tcphash_listener_get(struct sock *sk, const struct net *net);

/* list.c: returns the length of the answer lines, or a negative errno with *error filled. */
int tcphash_list(const struct tcphash_request *request, const struct file *opener,
		 char *buf, size_t size, struct tcphash_error *error);

/* dump.c: the listing in the kernel log, when loading asked for it. */
void tcphash_dump(void);

/* answer.c: each writes one line with its LF and returns its length. */
int tcphash_format_version(char *buf, size_t size, const struct tcphash_request *request);
int tcphash_format_answer(char *buf, size_t size, const struct tcphash_request *request,
			  const struct tcphash_answer *answer);
int tcphash_format_entry(char *buf, size_t size, const struct tcphash_request *request,
			 const struct tcphash_entry *entry);
int tcphash_format_listed(char *buf, size_t size, const struct tcphash_request *request,
			  const struct tcphash_answer *answer, u32 listed,
			  const struct tcphash_cursor *cursor);
int tcphash_format_error(char *buf, size_t size, const struct tcphash_request *request,
			 const struct tcphash_error *error);
const char *tcphash_state_name(u8 state);

/* session.c: the state of one open file. */
struct tcphash_session;
struct tcphash_session *tcphash_session_alloc(void);
void tcphash_session_free(struct tcphash_session *session);
ssize_t tcphash_session_write(struct tcphash_session *session, const struct file *opener,
			      const char __user *buf, size_t count);
ssize_t tcphash_session_read(struct tcphash_session *session, char __user *buf, size_t count);

#endif /* TCPHASH_KERNEL_H */
