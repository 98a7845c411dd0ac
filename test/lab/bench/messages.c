// SPDX-License-Identifier: MIT
/*
 * Small messages to and fro over one TCP connection, so that each is a packet of its own:
 *
 *   messages ADDRESS PORT              answers until the other end closes
 *   messages ADDRESS PORT COUNT        sends so many, each after the answer to the last; prints the nanoseconds it took
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char message[64];

static void pass(int fd, ssize_t (*how)(int, void *, size_t))
{
	if (how(fd, message, sizeof(message)) != sizeof(message))
		err(1, "the connection");
}

static ssize_t writing(int fd, void *from, size_t size)
{
	return write(fd, from, size);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void answer(int listener)
{
	int fd;

	if (listen(listener, 1) != 0)
		err(1, "listen");
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		while (read(fd, message, sizeof(message)) == sizeof(message))
			pass(fd, writing);
		close(fd);
	}
}

static void ask(int fd, long count)
{
	long long begun = now();

	while (count-- > 0) {
		pass(fd, writing);
		pass(fd, read);
	}
	printf("%lld\n", now() - begun);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1;

	if (argc < 3 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
		errx(2, "usage: messages ADDRESS PORT [COUNT]");
	address.sin_port = htons(atoi(argv[2]));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if ((argc == 3 ? bind : connect)(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		err(1, "%s", argv[1]);
	if (argc == 3)
		answer(fd);
	else
		ask(fd, atol(argv[3]));
	return 0;
}
