/*
 * The ceiling of a message ring: so many processes in a ring of Unix sockets, each of which does
 * nothing but epoll_wait, recv and send for one message that goes round. Written for the bench.
 *
 *     forwarder PROCESSES BYTES SECONDS
 *
 * Prints how often the message was passed on, and the microseconds of CPU that all processes took.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void forward(int from, int to, char *message, size_t size, unsigned long *count, double until)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(0);
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, from, &event) != 0) fail("epoll");
	for (;;) {
		ssize_t got;
		if (epoll_wait(epoll, &event, 1, -1) < 0) fail("epoll_wait");
		got = recv(from, message, size, 0);
		if (got == 0) return;
		if (got < 0) fail("recv");
		if (send(to, message, (size_t)got, MSG_NOSIGNAL) < 0) return;
		if (count == NULL) continue;
		struct timespec now;
		clock_gettime(CLOCK_MONOTONIC, &now);
		++*count;
		if ((double)now.tv_sec + (double)now.tv_nsec / 1e9 >= until) return;
	}
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "Usage: forwarder PROCESSES BYTES SECONDS\n");
		return 2;
	}
	int processes = atoi(argv[1]);
	size_t size = (size_t)atol(argv[2]);
	double seconds = atof(argv[3]);
	if (processes < 2 || processes > 64 || size < 1 || size > 65536) return 2;
	char *message = calloc(1, size);
	int (*pairs)[2] = calloc((size_t)processes, sizeof(*pairs));
	if (message == NULL || pairs == NULL) fail("calloc");
	for (int i = 0; i < processes; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]) != 0) fail("socketpair");
	}
	for (int i = 1; i < processes; i++) {
		pid_t child = fork();
		if (child < 0) fail("fork");
		if (child > 0) continue;
		for (int j = 0; j < processes; j++) {
			if (j != i) close(pairs[j][1]);
			if (j != (i + 1) % processes) close(pairs[j][0]);
		}
		forward(pairs[i][1], pairs[(i + 1) % processes][0], message, size, NULL, 0);
		_exit(0);
	}
	for (int j = 0; j < processes; j++) {
		if (j != 0) close(pairs[j][1]);
		if (j != 1) close(pairs[j][0]);
	}
	struct timespec start, end;
	unsigned long rounds = 0;
	clock_gettime(CLOCK_MONOTONIC, &start);
	double began = (double)start.tv_sec + (double)start.tv_nsec / 1e9;
	if (send(pairs[1][0], message, size, MSG_NOSIGNAL) < 0) fail("send");
	forward(pairs[0][1], pairs[1][0], message, size, &rounds, began + seconds);
	clock_gettime(CLOCK_MONOTONIC, &end);
	close(pairs[0][1]);
	close(pairs[1][0]);
	while (wait(NULL) > 0);
	struct rusage self, children;
	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	double cpu_us = 0;
	const struct rusage *both[] = { &self, &children };
	for (int i = 0; i < 2; i++) {
		cpu_us += (double)(both[i]->ru_utime.tv_sec + both[i]->ru_stime.tv_sec) * 1e6;
		cpu_us += (double)(both[i]->ru_utime.tv_usec + both[i]->ru_stime.tv_usec);
	}
	double elapsed = (double)end.tv_sec + (double)end.tv_nsec / 1e9 - began;
	printf("%lu %.6f %.0f\n", rounds * (unsigned long)processes, elapsed, cpu_us);
	return 0;
}
