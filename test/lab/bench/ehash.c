// SPDX-License-Identifier: MIT
/*
 * How long one exact look-up takes, by who is asked and how many sockets there are. Run in the guest by bench.ts:
 *
 *   ehash SOCKETS...     ascending; prints one line of JSON for each
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT 7000
/* Connections to one address: connect() tries the even ones of 28000 ports first, and is slow when they are used up. */
#define PER_ADDRESS 8000
#define SINGLES 4000
#define BATCH 100
#define BATCHES 200
#define BUFFER (64 * 1024)
#define WHOLE_RUNS 3

struct tuple {
	struct sockaddr_in near, far;
};

static struct tuple *tuples;
static int connections;
static char *buffer, *request;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void *accept_all(void *listener)
{
	for (;;)
		if (accept4(*(int *)listener, NULL, NULL, SOCK_CLOEXEC) < 0)
			die("accept");
	return NULL;
}

static void connect_one(void)
{
	struct sockaddr_in far = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	socklen_t len = sizeof(far);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	far.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + connections / PER_ADDRESS);
	if (fd < 0 || connect(fd, (void *)&far, sizeof(far)))
		die("connect");
	tuples[connections].far = far;
	if (getsockname(fd, (void *)&tuples[connections].near, &len))
		die("getsockname");
	connections++;
}

/* Spread over all connections, in no order a cache could learn. */
static const struct tuple *pick(void)
{
	static uint64_t state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return &tuples[state % connections];
}

/* The connecting end of a connection: its peer is the listener's side. */
static size_t write_request(char *to)
{
	const struct tuple *t = pick();
	char far[16], near[16];

	inet_ntop(AF_INET, &t->far.sin_addr, far, sizeof(far));
	inet_ntop(AF_INET, &t->near.sin_addr, near, sizeof(near));
	return sprintf(to, "lookup family=4 saddr=%s sport=%d daddr=%s dport=%d\n",
		       far, ntohs(t->far.sin_port), near, ntohs(t->near.sin_port));
}

static int compare(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* A mean would count what the host ran in between. */
static double middle(double *times, int count)
{
	qsort(times, count, sizeof(*times), compare);
	return times[count / 2];
}

/* Returns microseconds a tuple, the writing of the lines not counted. */
static double ask(int device, int batch, int times)
{
	static double spent[SINGLES];

	for (int i = 0; i < times; i++) {
		size_t len = 0;
		ssize_t got;
		double start;
		int found = 0;

		for (int n = 0; n < batch; n++)
			len += write_request(request + len);
		start = now_us();
		if (write(device, request, len) != (ssize_t)len)
			die("write");
		got = read(device, buffer, BUFFER - 1);
		spent[i] = now_us() - start;
		buffer[got] = 0;
		for (char *at = buffer; (at = strstr(at, "found=established")); at++)
			found++;
		if (found != batch) {
			fprintf(stderr, "%d of %d found: %s\n", found, batch, buffer);
			exit(1);
		}
	}
	return middle(spent, times) / batch;
}

static double median(double (*measure)(void))
{
	double times[WHOLE_RUNS];

	for (int i = 0; i < WHOLE_RUNS; i++)
		times[i] = measure();
	return middle(times, WHOLE_RUNS);
}

static double read_proc(void)
{
	double start = now_us();
	int fd = open("/proc/net/tcp", O_RDONLY);

	while (read(fd, buffer, BUFFER) > 0)
		;
	close(fd);
	return now_us() - start;
}

static double run_ss(void)
{
	const struct tuple *t = pick();
	char source[32], destination[32], address[16];
	double start;
	pid_t child;
	int status;

	inet_ntop(AF_INET, &t->near.sin_addr, address, sizeof(address));
	sprintf(source, "%s:%d", address, ntohs(t->near.sin_port));
	inet_ntop(AF_INET, &t->far.sin_addr, address, sizeof(address));
	sprintf(destination, "%s:%d", address, ntohs(t->far.sin_port));
	start = now_us();
	child = vfork();
	if (child == 0) {
		dup2(open("/dev/null", O_WRONLY), 1);
		execlp("ss", "ss", "-HOtna", "src", source, "dst", destination, NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child || status)
		die("ss");
	return now_us() - start;
}

int main(int argc, char **argv)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct rlimit files = { 1 << 20, 1 << 20 };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), device;
	pthread_t thread;

	setrlimit(RLIMIT_NOFILE, &files);
	tuples = calloc(1 << 20, sizeof(*tuples));
	buffer = malloc(BUFFER);
	request = malloc(BUFFER);
	if (bind(listener, (void *)&any, sizeof(any)) || listen(listener, 4096))
		die("listen");
	device = open("/dev/tcphash", O_RDWR | O_CLOEXEC);
	if (device < 0)
		die("/dev/tcphash");
	pthread_create(&thread, NULL, accept_all, &listener);
	for (int i = 1; i < argc; i++) {
		double batched, single;

		/* Two sockets a connection. */
		while (connections * 2 < atoi(argv[i]))
			connect_one();
		ask(device, 1, 100);
		single = ask(device, 1, SINGLES);
		batched = ask(device, BATCH, BATCHES);
		printf("{\"sockets\": %d, \"single\": %.2f, \"batched\": %.2f, \"proc\": %.0f, \"ss\": %.0f}\n",
		       connections * 2, single, batched, median(read_proc), median(run_ss));
		fflush(stdout);
	}
	return 0;
}
