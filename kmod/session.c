// SPDX-License-Identifier: GPL-2.0-only
/* One open file: joins bytes to lines, keeps answers until they are read. */
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "tcphash.h"

/* The line that has not ended yet. */
struct line {
	unsigned int len;
	bool too_long;		/* the rest is skipped, up to the LF */
};

struct tcphash_session {
	struct mutex lock;	/* a file may be shared: fork, SCM_RIGHTS, threads */
	struct line line;
	size_t head;		/* answers[head..tail) wait for a read */
	size_t tail;
	char text[TCPHASH_LINE_MAX];
	char answers[TCPHASH_ANSWERS_SIZE];
};

/* Single pages, 17 of them: kvzalloc() would first try for a block of 32 in one piece. */
struct tcphash_session *tcphash_session_alloc(void)
{
	struct tcphash_session *session = __vmalloc(sizeof(*session),
						    GFP_KERNEL_ACCOUNT | __GFP_ZERO);

	if (session)
		mutex_init(&session->lock);
	return session;
}

void tcphash_session_free(struct tcphash_session *session)
{
	mutex_destroy(&session->lock);
	vfree(session);
}

static void push_byte(struct tcphash_session *session, char byte)
{
	if (session->line.len < TCPHASH_LINE_MAX)
		session->text[session->line.len++] = byte;
	else
		session->line.too_long = true;
}

/* Answers one whole line into buf, which has room for any answer; a list takes what there is. */
static int answer_line(const struct tcphash_session *session, const struct file *opener,
		       char *buf, size_t size)
{
	struct tcphash_request request = { .id = "" };
	struct tcphash_error error = {
		.code = "EMSGSIZE",
		.column = TCPHASH_LINE_MAX + 1,
		.what = "line too long",
	};
	struct tcphash_answer answer;
	int len;

	if (session->line.too_long ||
	    tcphash_parse(session->text, session->line.len, &request, &error))
		return tcphash_format_error(buf, TCPHASH_ANSWER_MAX, &request, &error);
	if (request.verb == TCPHASH_VERSION_REQUEST)
		return tcphash_format_version(buf, TCPHASH_ANSWER_MAX, &request);
	if (request.verb == TCPHASH_LIST) {
		len = tcphash_list(&request, opener, buf, size, &error);
		if (len >= 0)
			return len;
		return tcphash_format_error(buf, TCPHASH_ANSWER_MAX, &request, &error);
	}
	if (tcphash_lookup(&request, opener, &answer, &error))
		return tcphash_format_error(buf, TCPHASH_ANSWER_MAX, &request, &error);
	return tcphash_format_answer(buf, TCPHASH_ANSWER_MAX, &request, &answer);
}

static bool answer_fits(const struct tcphash_session *session)
{
	return session->tail - session->head <= TCPHASH_ANSWERS_SIZE - TCPHASH_ANSWER_MAX;
}

static void end_line(struct tcphash_session *session, const struct file *opener)
{
	if (session->head && (session->head == session->tail ||
			      session->tail > TCPHASH_ANSWERS_SIZE - TCPHASH_ANSWER_MAX)) {
		session->tail -= session->head;
		memmove(session->answers, session->answers + session->head, session->tail);
		session->head = 0;
	}
	session->tail += answer_line(session, opener, session->answers + session->tail,
				     TCPHASH_ANSWERS_SIZE - session->tail);
	session->line = (struct line){ 0 };
}

/*
 * Takes whole lines and, at the end, the beginning of one. When this must stop
 * early, it drops the part of the unfinished line that came in this write. So a
 * writer that ignores short writes never joins two requests.
 */
static ssize_t write_locked(struct tcphash_session *session, const struct file *opener,
			    const char __user *buf, size_t count)
{
	struct line kept = session->line;
	size_t done = 0, whole = 0, i, n;
	char chunk[128];
	ssize_t err;

	while (done < count) {
		n = min(count - done, sizeof(chunk));
		err = -EFAULT;
		if (copy_from_user(chunk, buf + done, n))
			goto stop;
		for (i = 0; i < n; i++) {
			if (chunk[i] != '\n') {
				push_byte(session, chunk[i]);
				continue;
			}
			err = -ENOSPC;
			if (!answer_fits(session))
				goto stop;
			end_line(session, opener);
			kept = session->line;
			whole = done + i + 1;
		}
		done += n;
		err = -EINTR;
		if (fatal_signal_pending(current))
			goto stop;
		cond_resched();
	}
	return count;

stop:
	session->line = kept;
	return whole ? whole : err;
}

ssize_t tcphash_session_write(struct tcphash_session *session, const struct file *opener,
			      const char __user *buf, size_t count)
{
	ssize_t ret;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	ret = write_locked(session, opener, buf, count);
	mutex_unlock(&session->lock);
	return ret;
}

ssize_t tcphash_session_read(struct tcphash_session *session, char __user *buf, size_t count)
{
	ssize_t ret;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	ret = min(count, session->tail - session->head);
	if (copy_to_user(buf, session->answers + session->head, ret))
		ret = -EFAULT;
	else
		session->head += ret;
	mutex_unlock(&session->lock);
	return ret;
}
