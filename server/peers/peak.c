// Measures what the processor can do at most, for `make bench`: float32 fused
// multiply-adds, and reads of memory.
//
//     cc -O3 -march=native -pthread peak.c -o peak && ./peak THREADS BYTES
//
// prints FLOP/s and bytes/s of all threads together; BYTES is what they read
// again and again, each its part. The best of some tries counts: a ceiling is
// what the machine does when nothing disturbs it.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// As wide as the processor's registers: 64 bytes with AVX-512, 32 with AVX2.
typedef float vec __attribute__((vector_size(__BIGGEST_ALIGNMENT__)));

enum { CHAINS = 12, ROUNDS = 20000000, TRIES = 5, LINE = 64 }; // 12 chains hide the latency of two units

static size_t vectors; // of one thread's part
static long passes;    // over it
static pthread_barrier_t start;

struct part { vec *data, sink; int reads; double begin, end; };

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

static vec multiply(void) {
	vec a[CHAINS], x = {0}, y = {0};
	x += 0.999999f, y += 1e-7f;
	for (int i = 0; i < CHAINS; i++) a[i] = x + (float)i;
	for (long r = 0; r < ROUNDS; r++)
		for (int i = 0; i < CHAINS; i++) a[i] = a[i] * x + y; // GCC fuses it
	for (int i = 1; i < CHAINS; i++) a[0] += a[i];
	return a[0];
}

static vec sum(const vec *p) {
	vec a[8] = {{0}};
	for (size_t i = 0; i < vectors; i += 8)
		for (int j = 0; j < 8; j++) a[j] += p[i + j];
	for (int j = 1; j < 8; j++) a[0] += a[j];
	return a[0];
}

static void *work(void *arg) {
	struct part *p = arg;
	pthread_barrier_wait(&start);
	p->begin = now();
	if (p->reads)
		for (long r = 0; r < passes; r++) p->sink += sum(p->data);
	else
		p->sink += multiply();
	p->end = now();
	return 0;
}

// seconds runs all threads at once, from the first that begins to the last that ends.
static double seconds(struct part *parts, int threads, int reads) {
	pthread_t ids[threads];
	pthread_barrier_init(&start, 0, threads);
	for (int i = 0; i < threads; i++) {
		parts[i].reads = reads;
		if (pthread_create(&ids[i], 0, work, &parts[i])) exit(1);
	}
	double begin = 1e300, end = 0;
	for (int i = 0; i < threads; i++) {
		pthread_join(ids[i], 0);
		if (parts[i].begin < begin) begin = parts[i].begin;
		if (parts[i].end > end) end = parts[i].end;
	}
	return end - begin;
}

int main(int argc, char **argv) {
	int threads = argc == 3 ? atoi(argv[1]) : 0;
	double bytes = argc == 3 ? atof(argv[2]) : 0;
	if (threads < 1 || bytes < 1) return fprintf(stderr, "usage: peak THREADS BYTES\n"), 2;
	vectors = ((size_t)(bytes / threads / sizeof(vec)) / 8 + 1) * 8;
	bytes = (double)vectors * sizeof(vec) * threads;
	passes = 1 + (long)(3e9 / bytes);
	struct part parts[threads];
	for (int i = 0; i < threads; i++) {
		memset(&parts[i], 0, sizeof parts[i]);
		parts[i].data = aligned_alloc(LINE, vectors * sizeof(vec));
		if (!parts[i].data) return fprintf(stderr, "no memory for %.0f bytes\n", bytes), 1;
		memset(parts[i].data, 0, vectors * sizeof(vec)); // the pages are there before they are read
	}
	double flops = 0, read = 0;
	for (int i = 0; i < TRIES; i++) {
		double f = 2.0 * CHAINS * (sizeof(vec) / sizeof(float)) * ROUNDS * threads / seconds(parts, threads, 0);
		double b = bytes * passes / seconds(parts, threads, 1);
		if (f > flops) flops = f;
		if (b > read) read = b;
	}
	volatile float sink = 0; // what nobody uses is not computed
	for (int i = 0; i < threads; i++) sink += parts[i].sink[0];
	printf("%.6g %.6g\n", flops, read);
	return 0;
}
