// SPDX-License-Identifier: MIT
/*
 * What Python is too slow for under emulation; used by __main__.py.
 *
 *   hammer churn PORT IDLE            listen on PORT, hold IDLE connections, make and break others until SIGTERM;
 *                                     over IPv6, and over IPv4, whose accepted ends are v4-mapped
 *   hammer ask THREADS COUNT SECONDS PORT NETNS   look up those connections, with near misses and listings between
 *   hammer mutate COUNT SECONDS SEED  random and mutated request lines; each must be answered by one good line
 *
 * ask and mutate end after COUNT or SECONDS, whichever comes first, and print what they counted as one line of JSON.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEVICE "/dev/tcphash"
#define FIRST_PORT 20000
#define PORTS 64
#define BUFFER (96 * 1024)
#define BATCH 64

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* churn */

static int server_port;

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t loopback(union address *address, int family, int port)
{
	memset(address, 0, sizeof(*address));
	if (family == AF_INET6) {
		address->v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port),
						     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
		return sizeof(address->v6);
	}
	address->v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return sizeof(address->v4);
}

static int connect_from(int family, int port)
{
	int fd = socket(family, SOCK_STREAM, 0), one = 1;
	union address address;
	socklen_t len;

	if (fd < 0)
		return -1;
	len = loopback(&address, family, port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (port && bind(fd, &address.any, len))
		goto failed;
	len = loopback(&address, family, server_port);
	if (!connect(fd, &address.any, len))
		return fd;
failed:
	close(fd);
	return -1;
}

static void *accept_all(void *listener)
{
	char byte;

	for (;;) {
		int fd = accept(*(int *)listener, NULL, NULL);

		if (fd < 0)
			continue;
		/* Idle connections say so, and stay. */
		if (recv(fd, &byte, 1, 0) != 1 || byte != 'i')
			close(fd);
	}
	return NULL;
}

static void *make_and_break(void *seed)
{
	uint64_t random = (uintptr_t)seed;

	for (;;) {
		uint64_t r = next_random(&random);
		struct linger linger = { .l_onoff = r >> 32 & 1 };
		int fd = connect_from(r >> 33 & 1 ? AF_INET6 : AF_INET, FIRST_PORT + r % PORTS);

		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		if (write(fd, "x", 1) != 1)
			die("write");
		close(fd);
	}
	return NULL;
}

static int churn(int port, int idle)
{
	struct rlimit files = { 1 << 20, 1 << 20 };
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int listener = socket(AF_INET6, SOCK_STREAM, 0), one = 1;
	pthread_t thread;

	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_NOFILE, &files);
	server_port = port;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (void *)&any, sizeof(any)) || listen(listener, 1024))
		die("listen");
	pthread_create(&thread, NULL, accept_all, &listener);
	for (int i = 0; i < idle; i++) {
		int fd = connect_from(i % 2 ? AF_INET6 : AF_INET, 0);

		if (fd < 0 || write(fd, "i", 1) != 1)
			die("idle connection");
	}
	puts("ready");
	fflush(stdout);
	pthread_create(&thread, NULL, make_and_break, (void *)1);
	make_and_break((void *)2);
	return 0;
}

/* ask */

static atomic_long asked, established, timewait, request, listener_found, none, near, slices, listed, refused;
static atomic_long asked6, longest_chain;
static long wanted;
static double deadline;
static int ask_port;
static const char *ask_netns;

static long occurrences(const char *text, const char *word)
{
	long n = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}

static void note_chains(const char *answers)
{
	for (const char *at = answers; (at = strstr(at, " chain=")); at++) {
		long chain = atol(at + strlen(" chain=")), longest = longest_chain;

		while (chain > longest && !atomic_compare_exchange_weak(&longest_chain, &longest, chain))
			;
	}
}

static size_t exchange(int fd, const char *lines, size_t len, char *answers)
{
	ssize_t got;

	if (write(fd, lines, len) != (ssize_t)len)
		die("write to the device");
	got = read(fd, answers, BUFFER - 1);
	if (got < 0)
		die("read from the device");
	answers[got] = 0;
	return got;
}

static void *ask_thread(void *seed)
{
	int fd = open(DEVICE, O_RDWR);
	char *lines = malloc(BUFFER), *answers = malloc(BUFFER);
	uint64_t random = (uintptr_t)seed * 0x9e3779b97f4a7c15;

	if (fd < 0)
		die(DEVICE);
	while (atomic_load(&asked) < wanted && now() < deadline) {
		size_t len = 0;
		long oks;

		if (next_random(&random) % 64 == 0) {
			len = sprintf(lines, "list netns=%s from=%u\n", ask_netns,
				      (unsigned int)(next_random(&random) % 1024));
			exchange(fd, lines, len, answers);
			listed += occurrences(answers, "socket ");
			slices++;
			continue;
		}
		for (int i = 0; i < BATCH; i++) {
			uint64_t r = next_random(&random);
			const char *loopback_name = r >> 48 & 1 ? "::1" : "127.0.0.1";

			asked6 += r >> 48 & 1;
			len += sprintf(lines + len, "lookup family=%d saddr=%s sport=%d daddr=%s dport=%d netns=%s%s\n",
				       r >> 48 & 1 ? 6 : 4, loopback_name, FIRST_PORT + (int)(r % PORTS),
				       loopback_name, r >> 32 & 7 ? ask_port : ask_port + 1, ask_netns,
				       r >> 40 & 15 ? "" : " near=1");
		}
		exchange(fd, lines, len, answers);
		oks = occurrences(answers, "ok at=");
		refused += occurrences(answers, "error code=ENOENT");
		if (oks + occurrences(answers, "error code=ENOENT") != BATCH) {
			fprintf(stderr, "not %d answers: %s\n", BATCH, answers);
			exit(1);
		}
		asked += BATCH;
		established += occurrences(answers, "found=established");
		timewait += occurrences(answers, "found=timewait");
		request += occurrences(answers, "found=request");
		listener_found += occurrences(answers, "found=listener");
		none += occurrences(answers, "found=none");
		near += occurrences(answers, " near=");
		note_chains(answers);
	}
	close(fd);
	return NULL;
}

static int ask(int threads, long count, double seconds, int port, const char *netns)
{
	pthread_t thread[64];

	wanted = count;
	deadline = now() + seconds;
	ask_port = port;
	ask_netns = netns;
	for (int i = 0; i < threads; i++)
		pthread_create(&thread[i], NULL, ask_thread, (void *)(uintptr_t)(i + 1));
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	printf("{\"asked\": %ld, \"ipv6\": %ld, \"established\": %ld, \"timewait\": %ld, \"request\": %ld, \"listener\": %ld,"
	       " \"none\": %ld, \"near\": %ld, \"no_netns\": %ld, \"list_slices\": %ld, \"listed\": %ld,"
	       " \"longest_chain\": %ld}\n",
	       asked, asked6, established, timewait, request, listener_found, none, near, refused, slices, listed,
	       longest_chain);
	return 0;
}

/* mutate */

static const char *const seeds[] = {
	"version", "version id=a", "list", "list netns=0 from=3 skip=1 max=2 id=x", "list family=6 saddr=::1",
	"lookup family=4 saddr=127.0.0.1 sport=20001 daddr=127.0.0.1 dport=80",
	"lookup family=6 saddr=2001:db8::1 sport=1 daddr=::1 dport=65535 netns=0 dif=2 sdif=3 id=A_z.0:-",
	"lookup family=4 saddr=192.0.2.1 sport=0 daddr=0.0.0.0 dport=0 near=1 netns=4026531840",
	"", " ", "lookup", "lookup family=4", "lookup =", "lookup id=", "lookup family=4 family=6",
};

static size_t mutated(char *line, uint64_t *random)
{
	size_t len;
	int changes;

	if (next_random(random) % 4 == 0) {
		len = next_random(random) % 300;
		for (size_t i = 0; i < len; i++)
			line[i] = next_random(random);
	} else {
		const char *seed = seeds[next_random(random) % (sizeof(seeds) / sizeof(*seeds))];

		len = strlen(seed);
		memcpy(line, seed, len);
		for (changes = next_random(random) % 4; changes > 0 && len; changes--) {
			size_t at = next_random(random) % len, from = next_random(random) % len;
			size_t n = 1 + next_random(random) % 8;

			switch (next_random(random) % 4) {
			case 0:
				line[at] = next_random(random);
				break;
			case 1: /* take out */
				n = n < len - at ? n : len - at;
				memmove(line + at, line + at + n, len - at - n);
				len -= n;
				break;
			case 2: /* copy a piece to the end */
				n = n < len - from ? n : len - from;
				memcpy(line + len, line + from, n);
				len += n;
				break;
			case 3:
				line[at] ^= 1 << next_random(random) % 8;
				break;
			}
		}
	}
	for (size_t i = 0; i < len; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	line[len++] = '\n';
	return len;
}

/* One "ok" or "error" line a request, of printable ASCII, after any "socket" lines. */
static void check_answers(const char *answers, size_t len, long count, long *errors, const char *lines)
{
	long ended = 0;

	for (const char *line = answers, *end; line < answers + len; line = end + 1) {
		end = memchr(line, '\n', answers + len - line);
		if (!end || end - line > 511)
			goto bad;
		for (const char *byte = line; byte < end; byte++)
			if (*byte < ' ' || *byte > '~')
				goto bad;
		if (!strncmp(line, "socket ", 7))
			continue;
		if (strncmp(line, "ok ", 3) && strncmp(line, "error ", 6))
			goto bad;
		*errors += line[0] == 'e';
		ended++;
	}
	if (ended == count)
		return;
bad:
	fprintf(stderr, "%ld answers to %ld requests: %s\nasked: %s\n", ended, count, answers, lines);
	exit(1);
}

static int mutate(long count, double seconds, uint64_t seed)
{
	int fd = open(DEVICE, O_RDWR);
	char *lines = malloc(BUFFER), *answers = malloc(BUFFER);
	uint64_t random = seed * 2 + 1;
	long done = 0, errors = 0;

	if (fd < 0)
		die(DEVICE);
	deadline = now() + seconds;
	while (done < count && now() < deadline) {
		size_t len = 0, got;
		int n;

		for (n = 0; n < BATCH; n++)
			len += mutated(lines + len, &random);
		/* A listing may leave no room for what follows it: the write is short then, and goes on. */
		for (size_t at = 0; at < len;) {
			ssize_t taken = write(fd, lines + at, len - at);
			long ends = 0;

			if (taken <= 0)
				die("write to the device");
			for (ssize_t i = 0; i < taken; i++)
				ends += lines[at + i] == '\n';
			got = read(fd, answers, BUFFER - 1);
			answers[got] = 0;
			check_answers(answers, got, ends, &errors, lines);
			at += taken;
		}
		done += n;
	}
	printf("{\"lines\": %ld, \"errors\": %ld, \"answered\": %ld}\n", done, errors, done - errors);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "churn"))
		return churn(atoi(argv[2]), atoi(argv[3]));
	if (argc == 7 && !strcmp(argv[1], "ask"))
		return ask(atoi(argv[2]), atol(argv[3]), atof(argv[4]), atoi(argv[5]), argv[6]);
	if (argc == 5 && !strcmp(argv[1], "mutate"))
		return mutate(atol(argv[2]), atof(argv[3]), strtoull(argv[4], NULL, 10));
	fprintf(stderr, "usage: hammer churn|ask|mutate ...\n");
	return 2;
}
