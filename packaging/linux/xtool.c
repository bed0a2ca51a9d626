// What a person's hands do that xdotool can't, for the checks of the window under a virtual display:
//
//	xtool drop WINDOW FILE...                drags files onto the window and lets go
//	xtool latency WINDOW N X Y W H           N times a key, and how long until pixels of that part of the screen change
//	xtool look 0 X Y W H                     a number that stands for the pixels of that part of the screen, and how many colours it has
//
// Build: cc -O2 -o xtool xtool.c -lX11
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static Display *d;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void nap(double ms) { usleep((useconds_t)(ms * 1000)); }

static Atom atom(const char *name) { return XInternAtom(d, name, False); }

static void message(Window to, Window from, const char *type, long a, long b, long c, long e)
{
	XEvent m = {0};
	m.xclient.type = ClientMessage;
	m.xclient.window = to;
	m.xclient.message_type = atom(type);
	m.xclient.format = 32;
	m.xclient.data.l[0] = (long)from;
	m.xclient.data.l[1] = a;
	m.xclient.data.l[2] = b;
	m.xclient.data.l[3] = c;
	m.xclient.data.l[4] = e;
	XSendEvent(d, to, False, NoEventMask, &m);
	XFlush(d);
}

// uris writes the files' addresses as text/uri-list has them.
static char *uris(int n, char **files)
{
	size_t room = 1;
	for (int i = 0; i < n; i++)
		room += 3 * strlen(files[i]) + 16;
	char *out = malloc(room), *p = out;
	for (int i = 0; i < n; i++) {
		p += sprintf(p, "file://");
		for (const unsigned char *c = (unsigned char *)files[i]; *c; c++) {
			if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("/-_.~", *c))
				*p++ = *c;
			else
				p += sprintf(p, "%%%02X", *c);
		}
		p += sprintf(p, "\r\n");
	}
	return out;
}

static int drop(Window to, int n, char **files)
{
	Window from = XCreateSimpleWindow(d, DefaultRootWindow(d), 0, 0, 1, 1, 0, 0, 0);
	char *list = uris(n, files);
	Atom uri = atom("text/uri-list"), selection = atom("XdndSelection");
	XSetSelectionOwner(d, selection, from, CurrentTime);
	message(to, from, "XdndEnter", 5L << 24, (long)uri, 0, 0);
	message(to, from, "XdndPosition", 0, (300L << 16) | 300, CurrentTime, (long)atom("XdndActionCopy"));
	int dropped = 0;
	for (double end = now() + 5000; now() < end; nap(5)) {
		while (XPending(d)) {
			XEvent e;
			XNextEvent(d, &e);
			if (e.type == ClientMessage && e.xclient.message_type == atom("XdndStatus") && !dropped) {
				if (!(e.xclient.data.l[1] & 1)) {
					fprintf(stderr, "xtool: the window takes no files\n");
					return 1;
				}
				message(to, from, "XdndDrop", 0, CurrentTime, 0, 0);
				dropped = 1;
			}
			if (e.type == SelectionRequest) {
				XSelectionRequestEvent r = e.xselectionrequest;
				XChangeProperty(d, r.requestor, r.property, r.target, 8, PropModeReplace, (unsigned char *)list, (int)strlen(list));
				XEvent a = {0};
				a.xselection.type = SelectionNotify;
				a.xselection.requestor = r.requestor;
				a.xselection.selection = r.selection;
				a.xselection.target = r.target;
				a.xselection.property = r.property;
				a.xselection.time = r.time;
				XSendEvent(d, r.requestor, False, NoEventMask, &a);
				XFlush(d);
			}
			if (e.type == ClientMessage && e.xclient.message_type == atom("XdndFinished"))
				return 0;
		}
	}
	fprintf(stderr, "xtool: the window did not answer\n");
	return 1;
}

static void key(Window to, KeySym k)
{
	XEvent e = {0};
	e.xkey.display = d;
	e.xkey.window = to;
	e.xkey.root = DefaultRootWindow(d);
	e.xkey.keycode = XKeysymToKeycode(d, k);
	e.xkey.same_screen = True;
	e.xkey.time = CurrentTime;
	e.type = KeyPress;
	XSendEvent(d, to, True, KeyPressMask, &e);
	e.type = KeyRelease;
	XSendEvent(d, to, True, KeyReleaseMask, &e);
	XFlush(d);
}

static unsigned long look(int x, int y, int w, int h)
{
	XImage *m = XGetImage(d, DefaultRootWindow(d), x, y, w, h, AllPlanes, ZPixmap);
	if (!m)
		return 0;
	unsigned long sum = 14695981039346656037UL;
	for (int i = 0; i < m->bytes_per_line * m->height; i++)
		sum = (sum ^ (unsigned char)m->data[i]) * 1099511628211UL;
	XDestroyImage(m);
	return sum;
}

static int colours(int x, int y, int w, int h)
{
	XImage *m = XGetImage(d, DefaultRootWindow(d), x, y, w, h, AllPlanes, ZPixmap);
	unsigned long seen[256];
	int n = 0;
	for (int j = 0; m && j < h; j++)
		for (int i = 0; i < w && n < 256; i++) {
			unsigned long p = XGetPixel(m, i, j);
			int k = 0;
			while (k < n && seen[k] != p)
				k++;
			if (k == n)
				seen[n++] = p;
		}
	return n;
}

static int larger(const void *a, const void *b)
{
	double x = *(double *)a, y = *(double *)b;
	return (x > y) - (x < y);
}

static int latency(Window to, int n, int x, int y, int w, int h)
{
	double *took = malloc(sizeof(double) * (size_t)n);
	int got = 0, lost = 0;
	srand(1);
	for (int i = 0; i < n; i++) {
		unsigned long before = look(x, y, w, h);
		double start = now();
		key(to, i % 2 ? XK_Up : XK_Down);
		for (;;) {
			if (look(x, y, w, h) != before) {
				took[got++] = now() - start;
				break;
			}
			if (now() - start > 2000) {
				lost++;
				break;
			}
			nap(0.5);
		}
		nap(120 + rand() % 160); // not in step with anything
	}
	qsort(took, (size_t)got, sizeof(double), larger);
	if (!got || lost) {
		fprintf(stderr, "xtool: %d of %d keys changed nothing\n", lost, n);
		return 1;
	}
	printf("keys %d  p50 %.1f ms  p90 %.1f ms  p99 %.1f ms  most %.1f ms\n", got, took[got / 2], took[got * 9 / 10],
	       took[(got * 99 - 1) / 100], took[got - 1]);
	return 0;
}

int main(int argc, char **argv)
{
	d = XOpenDisplay(NULL);
	if (!d || argc < 4) {
		fprintf(stderr, "usage: xtool drop WINDOW FILE... | xtool latency WINDOW N X Y W H\n");
		return 2;
	}
	Window to = strtoul(argv[2], NULL, 0);
	if (!strcmp(argv[1], "drop"))
		return drop(to, argc - 3, argv + 3);
	if (!strcmp(argv[1], "latency") && argc == 8)
		return latency(to, atoi(argv[3]), atoi(argv[4]), atoi(argv[5]), atoi(argv[6]), atoi(argv[7]));
	if (!strcmp(argv[1], "look") && argc == 7) {
		int x = atoi(argv[3]), y = atoi(argv[4]), w = atoi(argv[5]), h = atoi(argv[6]);
		printf("%lx %d\n", look(x, y, w, h), colours(x, y, w, h));
		return 0;
	}
	return 2;
}
