// The two ends of the pipeline, included by kernel_body.h: samples to the first ring, the last layer's channels to samples.

// Compilers for 64-bit Windows do not align the stack for vectors wider than 16 bytes, so what may spill them stays with narrow ones there.
#ifdef _WIN32
#define ENDS
#else
#define ENDS TARGET
#endif
#define INLINE_ENDS ENDS static inline __attribute__((always_inline))

#define SAMPLE(p, i) (n->wide ? ((const uint16_t *)(p))[i] : (p)[i])

// A line of every step-th sample, scaled; positions past the picture repeat its last sample.
INLINE_ENDS void NAME(scaled)(const uint8_t *src, const int wide, const int step, int count, float scale, float offset, float *restrict to) {
	for (int x = 0; x < count; x++) to[x] = (float)(wide ? ((const uint16_t *)src)[x * step] : src[x * step]) * scale - offset;
}

ENDS static __attribute__((noinline)) void NAME(scale)(const uint8_t *src, int wide, int step, int count, float scale, float offset, float *to) {
	if (wide) {
		if (step == 1) NAME(scaled)(src, 1, 1, count, scale, offset, to);
		else if (step == 2) NAME(scaled)(src, 1, 2, count, scale, offset, to);
		else NAME(scaled)(src, 1, 4, count, scale, offset, to);
	} else {
		if (step == 1) NAME(scaled)(src, 0, 1, count, scale, offset, to);
		else if (step == 2) NAME(scaled)(src, 0, 2, count, scale, offset, to);
		else NAME(scaled)(src, 0, 4, count, scale, offset, to);
	}
}

typedef float NAME(q) __attribute__((vector_size(16), aligned(4), may_alias));
typedef int NAME(qi) __attribute__((vector_size(16)));
#ifdef __clang__
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, (NAME(qi)){i, j, k, l})
#endif

// pack fills one row of the first ring with grid row gy: four channels at a time, transposed from lines to pixels.
ENDS static __attribute__((noinline)) void NAME(pack)(const tl_worker *w, int gy, float *row) {
	const tl_net *n = w->net;
	const int bytes = n->wide ? 2 : 1, lw = (n->gw + 3) / 4 * 4;
	for (int c0 = 0; c0 < n->inputs; c0 += 4) {
		const int count = n->inputs - c0 < 4 ? n->inputs - c0 : 4;
		for (int k = 0; k < count; k++) {
			const tl_channel *c = n->channel + c0 + k;
			const tl_plane *p = n->plane + c->plane;
			int y = gy * p->step + c->dy;
			if (y > p->h - 1) y = p->h - 1;
			if (w->flip) y = p->h - 1 - y;
			const uint8_t *src = w->frame[c->t + TL_REACH] + c->offset + (size_t)y * p->w * bytes;
			float *line = w->line + (size_t)k * lw;
			int inside = c->dx < p->w ? (p->w - 1 - c->dx) / p->step + 1 : 0;
			if (inside > n->gw) inside = n->gw;
			NAME(scale)(src + c->dx * bytes, n->wide, p->step, inside, 1 / n->top, n->offset, line);
			for (int x = inside; x < n->gw; x++) line[x] = (float)SAMPLE(src, p->w - 1) / n->top - n->offset;
		}
		float *to = row + (size_t)(c0 / TL_BLOCK) * n->px * TL_BLOCK + TL_BLOCK + c0 % TL_BLOCK;
		const float *from = w->line;
		for (int x = 0; x < n->gw; x += 4, to += 4 * TL_BLOCK, from += 4) { // lines and rows have room for the last three
			NAME(q) a = *(const NAME(q) *)from, b = *(const NAME(q) *)(from + lw);
			NAME(q) c = *(const NAME(q) *)(from + 2 * lw), d = *(const NAME(q) *)(from + 3 * lw);
			NAME(q) ab = SHUFFLE(a, b, 0, 4, 1, 5), cd = SHUFFLE(c, d, 0, 4, 1, 5);
			NAME(q) AB = SHUFFLE(a, b, 2, 6, 3, 7), CD = SHUFFLE(c, d, 2, 6, 3, 7);
			*(NAME(q) *)to = SHUFFLE(ab, cd, 0, 1, 4, 5);
			*(NAME(q) *)(to + TL_BLOCK) = SHUFFLE(ab, cd, 2, 3, 6, 7);
			*(NAME(q) *)(to + 2 * TL_BLOCK) = SHUFFLE(AB, CD, 0, 1, 4, 5);
			*(NAME(q) *)(to + 3 * TL_BLOCK) = SHUFFLE(AB, CD, 2, 3, 6, 7);
		}
	}
	for (int b = 0; b * TL_BLOCK < n->inputs; b++) memset(row + ((size_t)b * n->px + n->gw + 1) * TL_BLOCK, 0, TL_BLOCK * sizeof(float));
}

// One row of a plane enlarged, in codes. col has three repeated samples at each end.
INLINE_ENDS void NAME(enlarge)(const tl_net *n, const int scale, const float *restrict col, int count, float *restrict to) {
	for (int x = 0; x < count; x++) {
		for (int f = 0; f < scale; f++) {
			const float *s = col + x + n->first[f], *t = n->taps[f];
			to[x * scale + f] = s[0] * t[0] + s[1] * t[1] + s[2] * t[2] + s[3] * t[3];
		}
	}
}

INLINE_ENDS void NAME(column)(const uint8_t *const s[4], const float *t, const int wide, int count, float *restrict col) {
	const float a = t[0], b = t[1], c = t[2], d = t[3];
	if (wide) {
		const uint16_t *p = (const uint16_t *)s[0], *q = (const uint16_t *)s[1], *r = (const uint16_t *)s[2], *v = (const uint16_t *)s[3];
		for (int x = 0; x < count; x++) col[x] = a * p[x] + b * q[x] + c * r[x] + d * v[x];
	} else {
		const uint8_t *p = s[0], *q = s[1], *r = s[2], *v = s[3];
		for (int x = 0; x < count; x++) col[x] = a * p[x] + b * q[x] + c * r[x] + d * v[x];
	}
}

// base writes row oy of the enlarged base of a plane (before turning) to `to`.
ENDS static __attribute__((noinline)) void NAME(base)(const tl_worker *w, const tl_plane *p, int oy, float *col, float *to) {
	const tl_net *n = w->net;
	const int bytes = n->wide ? 2 : 1, phase = oy % n->scale;
	const uint8_t *s[4], *plane = w->frame[TL_REACH] + p->base;
	for (int k = 0; k < 4; k++) {
		int y = oy / n->scale + n->first[phase] + k;
		y = y < 0 ? 0 : y > p->h - 1 ? p->h - 1 : y;
		if (w->flip) y = p->h - 1 - y;
		s[k] = plane + (size_t)y * p->w * bytes;
	}
	col += 3;
	if (n->wide) NAME(column)(s, n->taps[phase], 1, p->w, col);
	else NAME(column)(s, n->taps[phase], 0, p->w, col);
	for (int k = 1; k <= 3; k++) col[-k] = col[0], col[p->w - 1 + k] = col[p->w - 1];
	switch (n->scale) {
	case 1: NAME(enlarge)(n, 1, col, p->w, to); break;
	case 2: NAME(enlarge)(n, 2, col, p->w, to); break;
	case 3: NAME(enlarge)(n, 3, col, p->w, to); break;
	default: NAME(enlarge)(n, 4, col, p->w, to);
	}
}

// codes adds the base (in codes) and rounds half up. Clipped first: a negative or huge value would not survive the conversion, and with 0.5
// added truncation rounds.
INLINE_ENDS void NAME(codes)(const float *restrict value, const float *restrict base, const int count, const float top, const int wide, void *restrict to) {
	uint8_t *restrict narrow = to;
	uint16_t *restrict broad = to;
	for (int x = 0; x < count; x++) {
		float v = value[x] * top + base[x] + 0.5f;
		v = v > 0 ? v : 0;
		v = v < top ? v : top;
		if (wide) broad[x] = (uint16_t)(int)v;
		else narrow[x] = (uint8_t)(int)v;
	}
}

// spread copies `block` neighbouring channels of each pixel side by side.
INLINE_ENDS void NAME(spread)(const float *from, const int block, int gw, float *to) {
	for (int x = 0; x < gw; x++) memcpy(to + x * block, from + x * TL_BLOCK, block * sizeof(float));
}

// finish turns a row of the last layer's channels into the rows of samples that belong to grid row gy.
ENDS static __attribute__((noinline)) void NAME(finish)(const tl_worker *w, int gy, const float *row) {
	const tl_net *n = w->net;
	float *value = w->line, *base = value + (size_t)n->gw * 16 + 16, *col = base + (size_t)n->gw * 16 + 32;
	for (int i = 0; i < n->planes; i++) {
		const tl_plane *p = n->plane + i;
		for (int dy = 0; dy < p->block; dy++) {
			const int oy = gy * p->block + dy, c0 = p->first + dy * p->block;
			if (oy >= p->oh) break;
			const float *from = row + TL_BLOCK + (size_t)(c0 / TL_BLOCK) * n->px * TL_BLOCK + c0 % TL_BLOCK;
			if (p->block == 4 && c0 % 4 == 0) NAME(spread)(from, 4, n->gw, value);
			else if (p->block == 2 && c0 % 2 == 0) NAME(spread)(from, 2, n->gw, value);
			else for (int dx = 0; dx < p->block; dx++) {
				const int c = c0 + dx;
				const float *f = row + TL_BLOCK + (size_t)(c / TL_BLOCK) * n->px * TL_BLOCK + c % TL_BLOCK;
				for (int x = 0; x < n->gw; x++) value[x * p->block + dx] = f[x * TL_BLOCK];
			}
			if (n->base) NAME(base)(w, p, oy, col, base);
			else for (int x = 0; x < p->ow; x++) base[x] = n->offset * n->top;
			const float top = n->top;
			const size_t at = (size_t)(w->flip ? p->oh - 1 - oy : oy) * p->ow;
			if (n->wide) NAME(codes)(value, base, p->ow, top, 1, w->out + p->out + 2 * at);
			else NAME(codes)(value, base, p->ow, top, 0, w->out + p->out + at);
		}
	}
}
