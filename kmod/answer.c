// SPDX-License-Identifier: GPL-2.0-only
/* Answer lines: see the grammar in tcphash.h. TCPHASH_ANSWER_MAX holds the longest. */
#include <linux/tcp.h>
#include <net/tcp_states.h>

#include "tcphash.h"

/* include/net/tcp_states.h, without TCP_. 13 came with 6.8. */
static const char *const states[] = {
	[TCP_ESTABLISHED]	= "ESTABLISHED",
	[TCP_SYN_SENT]		= "SYN_SENT",
	[TCP_SYN_RECV]		= "SYN_RECV",
	[TCP_FIN_WAIT1]		= "FIN_WAIT1",
	[TCP_FIN_WAIT2]		= "FIN_WAIT2",
	[TCP_TIME_WAIT]		= "TIME_WAIT",
	[TCP_CLOSE]		= "CLOSE",
	[TCP_CLOSE_WAIT]	= "CLOSE_WAIT",
	[TCP_LAST_ACK]		= "LAST_ACK",
	[TCP_LISTEN]		= "LISTEN",
	[TCP_CLOSING]		= "CLOSING",
	[TCP_NEW_SYN_RECV]	= "NEW_SYN_RECV",
	[13]			= "BOUND_INACTIVE",
};

static const char *const founds[] = {
	[TCPHASH_NONE]		= "none",
	[TCPHASH_ESTABLISHED]	= "established",
	[TCPHASH_TIMEWAIT]	= "timewait",
	[TCPHASH_REQUEST]	= "request",
	[TCPHASH_LISTENER]	= "listener",
};

const char *tcphash_state_name(u8 state)
{
	return state < ARRAY_SIZE(states) && states[state] ? states[state] : "UNKNOWN";
}

static int family_name(u16 family)
{
	return family == AF_INET6 ? 6 : 4;
}

static int format_head(char *buf, size_t size, const char *word,
		       const struct tcphash_request *request)
{
	if (request->id[0])
		return scnprintf(buf, size, "%s id=%s", word, request->id);
	return scnprintf(buf, size, "%s", word);
}

static int format_established(char *buf, size_t size, const struct tcphash_answer *answer)
{
	return scnprintf(buf, size,
			 " state=%s family=%d cookie=%llx inode=%llu uid=%u ifindex=%d"
			 " snd_una=%u snd_nxt=%u write_seq=%u"
			 " rcv_nxt=%u rcv_wnd=%u copied_seq=%u rmem=%u",
			 tcphash_state_name(answer->state), family_name(answer->family),
			 answer->cookie, answer->inode, answer->uid, answer->ifindex,
			 answer->snd_una, answer->snd_nxt, answer->write_seq,
			 answer->rcv_nxt, answer->rcv_wnd, answer->copied_seq, answer->rmem);
}

static int format_timewait(char *buf, size_t size, const struct tcphash_answer *answer)
{
	return scnprintf(buf, size,
			 " state=%s substate=%s family=%d cookie=%llx ifindex=%d"
			 " snd_nxt=%u rcv_nxt=%u ttl_ms=%u",
			 tcphash_state_name(answer->state), tcphash_state_name(answer->substate),
			 family_name(answer->family), answer->cookie, answer->ifindex,
			 answer->snd_nxt, answer->rcv_nxt, answer->ttl_ms);
}

static int format_request(char *buf, size_t size, const struct tcphash_answer *answer)
{
	return scnprintf(buf, size,
			 " state=%s family=%d cookie=%llx ifindex=%d"
			 " retransmits=%u rcv_isn=%u snt_isn=%u rcv_nxt=%u",
			 tcphash_state_name(answer->state), family_name(answer->family),
			 answer->cookie, answer->ifindex, answer->retransmits,
			 answer->rcv_isn, answer->snt_isn, answer->rcv_nxt);
}

static int format_listener(char *buf, size_t size, const struct tcphash_answer *answer)
{
	return scnprintf(buf, size,
			 " state=%s family=%d cookie=%llx inode=%llu uid=%u ifindex=%d"
			 " backlog=%u limit=%u",
			 tcphash_state_name(answer->state), family_name(answer->family),
			 answer->cookie, answer->inode, answer->uid, answer->ifindex,
			 answer->backlog, answer->limit);
}

/* What came later than the keys before it, and so stands behind bucket and chain. */
static int format_reuseport(char *buf, size_t size, const struct tcphash_answer *answer)
{
	if (answer->found != TCPHASH_LISTENER)
		return 0;
	return scnprintf(buf, size, " reuseport=%d", answer->reuseport);
}

static int format_found(char *buf, size_t size, const struct tcphash_answer *answer)
{
	switch (answer->found) {
	case TCPHASH_ESTABLISHED:
		return format_established(buf, size, answer);
	case TCPHASH_TIMEWAIT:
		return format_timewait(buf, size, answer);
	case TCPHASH_REQUEST:
		return format_request(buf, size, answer);
	case TCPHASH_LISTENER:
		return format_listener(buf, size, answer);
	case TCPHASH_NONE:
		break;
	}
	return 0;
}

/* Words of a list, in order, joined by commas; "none" for none of them. */
static int format_words(char *buf, size_t size, const char *const *words, unsigned int bits)
{
	int len = 0;
	unsigned int i;

	if (!bits)
		return scnprintf(buf, size, "none");
	for (i = 0; bits >> i; i++)
		if (bits & BIT(i))
			len += scnprintf(buf + len, size - len, "%s%s", len ? "," : "", words[i]);
	return len;
}

static int format_address(char *buf, size_t size, const char *key, int family,
			  const union tcphash_address *address)
{
	if (family == AF_INET6)
		return scnprintf(buf, size, " %s=%pI6c", key, &address->v6);
	return scnprintf(buf, size, " %s=%pI4", key, &address->v4);
}

static int format_near(char *buf, size_t size, const struct tcphash_near *near)
{
	static const char *const nears[] = { "reversed", "netns", "listener", "hidden" };
	static const char *const differences[] = { "address", "device", "family" };
	bool reversed = near->reversed != TCPHASH_NONE, other = near->other_found != TCPHASH_NONE;
	int len = scnprintf(buf, size, " near=");

	len += format_words(buf + len, size - len, nears,
			    reversed | other << 1 | !!near->differs << 2 | near->hidden << 3);
	if (reversed)
		len += scnprintf(buf + len, size - len, " reversed=%s", founds[near->reversed]);
	if (other)
		len += scnprintf(buf + len, size - len, " other_netns=%u other_found=%s",
				 near->other_netns, founds[near->other_found]);
	if (near->differs) {
		len += scnprintf(buf + len, size - len, " listen_differs=");
		len += format_words(buf + len, size - len, differences, near->differs);
		len += scnprintf(buf + len, size - len, " listen_family=%d",
				 family_name(near->family));
		len += format_address(buf + len, size - len, "listen_address", near->family,
				      &near->address);
		len += scnprintf(buf + len, size - len, " listen_ifindex=%d", near->ifindex);
	}
	len += scnprintf(buf + len, size - len, " netns_seen=%u netns_cut=%d", near->netns_seen,
			 near->netns_cut);
	if (near->hidden)
		len += scnprintf(buf + len, size - len, " hidden=1");
	return len;
}

int tcphash_format_answer(char *buf, size_t size, const struct tcphash_request *request,
			  const struct tcphash_answer *answer)
{
	int len = format_head(buf, size, "ok", request);

	len += scnprintf(buf + len, size - len, " at=%llu netns=%u found=%s",
			 answer->at, answer->netns, founds[answer->found]);
	len += format_found(buf + len, size - len, answer);
	len += scnprintf(buf + len, size - len, " bucket=%u chain=%u",
			 answer->bucket, answer->chain);
	len += format_reuseport(buf + len, size - len, answer);
	if (request->near && (answer->found == TCPHASH_NONE || answer->found == TCPHASH_LISTENER))
		len += format_near(buf + len, size - len, &answer->near);
	return len + scnprintf(buf + len, size - len, "\n");
}

int tcphash_format_entry(char *buf, size_t size, const struct tcphash_request *request,
			 const struct tcphash_entry *entry)
{
	int len = format_head(buf, size, "socket", request);

	len += scnprintf(buf + len, size - len, " found=%s", founds[entry->answer.found]);
	len += format_address(buf + len, size - len, "saddr", entry->family, &entry->saddr);
	len += scnprintf(buf + len, size - len, " sport=%u", entry->sport);
	len += format_address(buf + len, size - len, "daddr", entry->family, &entry->daddr);
	len += scnprintf(buf + len, size - len, " dport=%u", entry->dport);
	len += format_found(buf + len, size - len, &entry->answer);
	len += format_reuseport(buf + len, size - len, &entry->answer);
	return len + scnprintf(buf + len, size - len, "\n");
}

int tcphash_format_listed(char *buf, size_t size, const struct tcphash_request *request,
			  const struct tcphash_answer *answer, u32 listed,
			  const struct tcphash_cursor *cursor)
{
	int len = format_head(buf, size, "ok", request);

	return len + scnprintf(buf + len, size - len,
			       " at=%llu netns=%u listed=%u done=%d next=%u skip=%u\n",
			       answer->at, answer->netns, listed, cursor->done,
			       cursor->bucket, cursor->skip);
}

int tcphash_format_version(char *buf, size_t size, const struct tcphash_request *request)
{
	int len = format_head(buf, size, "ok", request);

	return len + scnprintf(buf + len, size - len, " version=%s protocol=%d\n",
			       TCPHASH_VERSION, TCPHASH_PROTOCOL);
}

/* Never repeats the request's bytes, the id excepted, whose characters are known. */
int tcphash_format_error(char *buf, size_t size, const struct tcphash_request *request,
			 const struct tcphash_error *error)
{
	int len = format_head(buf, size, "error", request);

	return len + scnprintf(buf + len, size - len, " code=%s column=%u what=%s\n",
			       error->code, error->column, error->what);
}
