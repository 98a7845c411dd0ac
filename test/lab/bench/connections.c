// SPDX-License-Identifier: MIT
/*
 * Short connections over loopback, one after the other, each with a request and an answer, that end in good order:
 *
 *   connections PORT COUNT ROUNDS      prints the nanoseconds of each round
 */
#include <arpa/inet.h>
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in address = { .sin_family = AF_INET };
static char message[64];

static void *answer(void *argument)
{
	int listener = *(int *)argument;
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		while (read(fd, message, sizeof(message)) > 0)
			if (write(fd, message, sizeof(message)) < 0)
				err(1, "write");
		close(fd);
	}
	return NULL;
}

/* The server closes last, so that the time-wait is at the client, as it is for most. */
static void once(void)
{
	char got[sizeof(message)];
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		err(1, "connect");
	if (write(fd, message, sizeof(message)) < 0 || read(fd, got, sizeof(got)) < 0)
		err(1, "the answer");
	shutdown(fd, SHUT_WR);
	if (read(fd, got, sizeof(got)) != 0)
		errx(1, "the server says more than it was asked");
	close(fd);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;
	pthread_t server;

	if (argc != 4)
		errx(2, "PORT COUNT ROUNDS");
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(atoi(argv[1]));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(listener, 128) != 0)
		err(1, "listen");
	if (pthread_create(&server, NULL, answer, &listener) != 0)
		err(1, "pthread_create");
	for (int round = atoi(argv[3]); round > 0; round--) {
		long long begun = now();

		for (int count = atoi(argv[2]); count > 0; count--)
			once();
		printf("%lld\n", now() - begun);
	}
	return 0;
}
