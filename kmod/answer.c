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

static const char *state_name(u8 state)
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
			 state_name(answer->state), family_name(answer->family),
			 answer->cookie, answer->inode, answer->uid, answer->ifindex,
			 answer->snd_una, answer->snd_nxt, answer->write_seq,
			 answer->rcv_nxt, answer->rcv_wnd, answer->copied_seq, answer->rmem);
}

static int format_timewait(char *buf, size_t size, const struct tcphash_answer *answer)
{
	return scnprintf(buf, size,
			 " state=%s substate=%s family=%d cookie=%llx ifindex=%d"
			 " snd_nxt=%u rcv_nxt=%u ttl_ms=%u",
			 state_name(answer->state), state_name(answer->substate),
			 family_name(answer->family), answer->cookie, answer->ifindex,
			 answer->snd_nxt, answer->rcv_nxt, answer->ttl_ms);
}

static int format_request(char *buf, size_t size, const struct tcphash_answer *answer)
{
	return scnprintf(buf, size,
			 " state=%s family=%d cookie=%llx ifindex=%d"
			 " retransmits=%u rcv_isn=%u snt_isn=%u rcv_nxt=%u",
			 state_name(answer->state), family_name(answer->family),
			 answer->cookie, answer->ifindex, answer->retransmits,
			 answer->rcv_isn, answer->snt_isn, answer->rcv_nxt);
}

static int format_listener(char *buf, size_t size, const struct tcphash_answer *answer)
{
	return scnprintf(buf, size,
			 " state=%s family=%d cookie=%llx inode=%llu uid=%u ifindex=%d"
			 " backlog=%u limit=%u",
			 state_name(answer->state), family_name(answer->family),
			 answer->cookie, answer->inode, answer->uid, answer->ifindex,
			 answer->backlog, answer->limit);
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

int tcphash_format_answer(char *buf, size_t size, const struct tcphash_request *request,
			  const struct tcphash_answer *answer)
{
	int len = format_head(buf, size, "ok", request);

	len += scnprintf(buf + len, size - len, " at=%llu netns=%u found=%s",
			 answer->at, answer->netns, founds[answer->found]);
	len += format_found(buf + len, size - len, answer);
	len += scnprintf(buf + len, size - len, " bucket=%u chain=%u\n",
			 answer->bucket, answer->chain);
	return len;
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
