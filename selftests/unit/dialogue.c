// SPDX-License-Identifier: GPL-2.0
/*
 * Two ends that say segments to each other, and what the machine makes of it.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "both_ways.h"
#include "dialogue.h"

unsigned int dialogue_met[SYNFIN_STATE_NR][SYNFIN_KIND_NR][2];

const char *const dialogue_states[SYNFIN_STATE_NR] = {
	"NONE", "SYN", "SYN_SYN", "SYN_ACK", "OPEN", "FIN", "HALF", "FIN_FIN",
	"LAST", "DONE",
};

const char *const dialogue_kinds[SYNFIN_KIND_NR] = {
	"SYN", "SYN-ACK", "plain", "FIN", "RST", "ICMP",
};

static const char *const phases[SYNFIN_PHASE_NR] = {
	"syn", "syn-ack", "ack", "fin-1", "ack-1", "fin-2", "ack-2", "rst",
	"timeout",
};

/**
 * dialogue_reason() - the name of a counter
 * @reason: the counter
 *
 * Return: its name.
 */
const char *dialogue_reason(__u8 reason)
{
	static const char *const names[SYNFIN_CNT_NR] = {
#define X(name, text) \
		[SYNFIN_CNT_##name] = #name,
		SYNFIN_COUNTERS(X)
#undef X
	};

	return reason < SYNFIN_CNT_NR ? names[reason] : "no such reason";
}

/**
 * dialogue_history() - the letters of a history
 * @history: as in the record
 *
 * Return: the letters, in a buffer that the next call overwrites.
 */
const char *dialogue_history(__u64 history)
{
	static char text[17];
	unsigned int i;

	for (i = 0; i < 16 && history; i++, history >>= 4)
		text[i] = "?SHAFR^??shafr?"[history & 15];
	text[i] = '\0';
	return text;
}

/**
 * dialogue_begin() - before the first segment
 * @d:		to be set up
 * @all:	every segment is shown, as from a capture file
 */
void dialogue_begin(struct dialogue *d, bool all)
{
	memset(d, 0, sizeof(*d));
	d->isn[SYNFIN_FROM_CLIENT] = DIALOGUE_X;
	d->isn[SYNFIN_FROM_SERVER] = DIALOGUE_Y;
	d->now = 1000 * DIALOGUE_MS;
	d->all = all;
}

static __u8 kind_of(__u8 flags)
{
	if (flags & SYNFIN_TCP_RST)
		return SYNFIN_KIND_RST;
	if (flags & SYNFIN_TCP_SYN)
		return flags & SYNFIN_TCP_ACK ? SYNFIN_KIND_SYN_ACK :
						SYNFIN_KIND_SYN;
	return flags & SYNFIN_TCP_FIN ? SYNFIN_KIND_FIN : SYNFIN_KIND_PLAIN;
}

/**
 * dialogue_segment() - make a segment
 * @d:		the dialogue
 * @seg:	to be filled
 * @from:	enum synfin_from
 * @flags:	SYNFIN_TCP_*
 * @seq:	absolute
 * @ack:	absolute
 * @len:	payload
 */
void dialogue_segment(const struct dialogue *d, struct synfin_segment *seg,
		      __u8 from, __u8 flags, __u32 seq, __u32 ack, __u32 len)
{
	*seg = (struct synfin_segment) {
		.src.w = { from || d->self ? 0x0200000a : 0x0100000a },
		.dst.w = { from && !d->self ? 0x0100000a : 0x0200000a },
		.sport = from || d->self ? 80 : 40000,
		.dport = from && !d->self ? 40000 : 80,
		.family = 4,
		.kind = kind_of(flags),
		.flags = flags,
		.window = 502,
		.all = d->all,
		.scale = SYNFIN_SCALE_NONE,
		.seq = seq,
		.ack = ack,
		.len = len,
	};
}

__printf(2, 3)
static void say(struct dialogue *d, const char *format, ...)
{
	size_t used = strlen(d->said);
	va_list args;

	if (used && used + 1 < sizeof(d->said))
		d->said[used++] = ' ';
	va_start(args, format);
	vsnprintf(d->said + used, sizeof(d->said) - used, format, args);
	va_end(args);
}

static void say_result(struct dialogue *d)
{
	const struct synfin_step *step;
	unsigned int i;

	for (i = 0; i < d->res.nr; i++) {
		step = &d->res.step[i];
		if (step->count == 1)
			say(d, "%s", phases[step->phase]);
		else
			say(d, "%s*%u", phases[step->phase], step->count);
		if (d->steps < DIALOGUE_STEPS)
			d->step[d->steps++] = *step;
	}
	if (d->res.reason)
		say(d, "%s", dialogue_reason(d->res.reason));
	if (d->res.taken_back)
		say(d, "back");
	if (d->res.ended) {
		say(d, d->ended[d->at] ? "end twice" : "end");
		d->ended[d->at] = true;
		if (d->sums < DIALOGUE_SUMS)
			synfin_phase_summary(&d->conn, &d->sum[d->sums++]);
	}
}

static void note_cell(const struct dialogue *d, const struct synfin_segment *seg)
{
	const struct synfin_conn *conn = &d->conn;
	bool server = seg->sport == conn->server_port;
	bool closing = conn->state >= SYNFIN_STATE_FIN &&
		       conn->state <= SYNFIN_STATE_LAST;

	if (!d->self)
		dialogue_met[conn->state][seg->kind]
			    [closing ? server != conn->first_fin : server]++;
}

static void forget(struct dialogue *d, unsigned int at)
{
	for (d->nr--; at < d->nr; at++) {
		d->rival[at] = d->rival[at + 1];
		d->ended[at] = d->ended[at + 1];
	}
	d->live = d->nr;
}

static void begin(struct dialogue *d, const struct synfin_segment *seg)
{
	struct synfin_conn *rivals[SYNFIN_RIVALS_MAX];
	unsigned int i;

	if (d->nr)
		say(d, "new");
	for (i = 0; i < d->nr; i++)
		rivals[i] = &d->rival[i];
	if (d->nr == SYNFIN_RIVALS_MAX)
		forget(d, synfin_phase_least(rivals, d->nr));
	memmove(d->rival + 1, d->rival, d->nr * sizeof(d->rival[0]));
	memmove(d->ended + 1, d->ended, d->nr * sizeof(d->ended[0]));
	d->nr++;
	d->at = 0;
	synfin_phase_init(&d->rival[0], seg, 1, ++d->id);
	d->live = true;
	d->ended[0] = false;
}

/* One has opened: others are over. */
static void supersede(struct dialogue *d)
{
	struct synfin_result res;
	unsigned int i;

	for (i = 0; i < d->nr; i++) {
		if (!synfin_phase_is_superseded(&d->rival[i], &d->rival[d->at]))
			continue;
		synfin_phase_finish(&d->rival[i], &res);
		if (res.ended)
			say(d, "over");
		d->ended[i] = true;
		if (d->sums < DIALOGUE_SUMS)
			synfin_phase_summary(&d->rival[i], &d->sum[d->sums++]);
	}
}

/**
 * dialogue_show() - the machine meets a segment
 * @d:		the dialogue
 * @seg:	the segment
 */
void dialogue_show(struct dialogue *d, const struct synfin_segment *seg)
{
	struct synfin_conn *rivals[SYNFIN_RIVALS_MAX];
	unsigned int i;
	int at = 0;

	for (i = 0; i < d->nr; i++)
		rivals[i] = &d->rival[i];
	/* Of the one before, whatever its numbers. */
	if (d->set_up)
		at = d->at;
	else
		at = synfin_phase_pick(rivals, d->nr, seg, d->now);
	d->set_up = false;
	if (at == SYNFIN_PICK_NONE) {
		d->res = (struct synfin_result) {
			.reason = SYNFIN_CNT_no_flow,
		};
		say(d, "no_flow");
		return;
	}
	if (at == SYNFIN_PICK_NEW)
		begin(d, seg);
	else
		d->at = at;
	d->conn = d->rival[d->at];
	note_cell(d, seg);
	segment_both_ways(&d->rival[d->at], seg, d->now, &d->res);
	d->conn = d->rival[d->at];
	say_result(d);
	if (d->res.opened)
		supersede(d);
}

/* One line of a script, cut into words. */
struct words {
	char *word[16];
	unsigned int nr, at;
};

static void cut(struct words *w, char *line)
{
	char *save;
	char *word;

	w->nr = 0;
	w->at = 0;
	for (word = strtok_r(line, " \t\n", &save); word && w->nr < 16;
	     word = strtok_r(NULL, " \t\n", &save))
		w->word[w->nr++] = word;
}

static bool take_number(struct words *w, __u32 *number)
{
	const char *word = w->at < w->nr ? w->word[w->at] : "";

	if (!isdigit(word[0]) && !(word[0] == '-' && isdigit(word[1])))
		return false;
	*number = strtoll(word, NULL, 0);
	w->at++;
	return true;
}

static __u8 flags_of(const char *word)
{
	__u8 flags = 0;

	for (; *word; word++)
		switch (*word) {
		case 'F':
			flags |= SYNFIN_TCP_FIN;
			break;
		case 'S':
			flags |= SYNFIN_TCP_SYN;
			break;
		case 'R':
			flags |= SYNFIN_TCP_RST;
			break;
		case 'P':
			flags |= SYNFIN_TCP_PSH;
			break;
		case 'A':
			flags |= SYNFIN_TCP_ACK;
			break;
		case 'U':
			flags |= SYNFIN_TCP_URG;
			break;
		}
	return flags;
}

static bool read_segment(struct dialogue *d, struct words *w)
{
	__u32 seq = 0, ack = 0, len = 0;
	const char *flags;
	__u8 from;

	if (w->at + 2 > w->nr || !strchr("cs", w->word[w->at][0]))
		return false;
	from = w->word[w->at++][0] == 's';
	flags = w->word[w->at++];
	if (take_number(w, &seq) && take_number(w, &ack))
		take_number(w, &len);
	if (!strcmp(flags, "icmp")) {
		dialogue_segment(d, &d->seg, from, 0, d->isn[from] + seq, 0, 0);
		d->seg.kind = SYNFIN_KIND_ICMP;
		d->seg.window = 0;
		return true;
	}
	dialogue_segment(d, &d->seg, from, flags_of(flags), d->isn[from] + seq,
			 d->isn[!from] + ack, len);
	if (!(d->seg.flags & SYNFIN_TCP_ACK))
		d->seg.ack = 0;
	return true;
}

static void read_stamps(struct synfin_segment *seg, const char *word)
{
	char *end;

	seg->tsval = strtoul(word, &end, 10);
	seg->tsecr = *end == '/' ? strtoul(end + 1, NULL, 10) : 0;
	seg->stamped = 1;
}

static void read_options(struct dialogue *d, const struct words *w)
{
	unsigned int i;
	__u64 ms = 1;

	for (i = 0; i < w->nr; i++)
		if (w->word[i][0] == '+')
			ms = strtoull(w->word[i] + 1, NULL, 10);
		else if (!strcmp(w->word[i], "!T"))
			d->seg.verdict = SYNFIN_VERDICT_TRUE;
		else if (!strcmp(w->word[i], "!F"))
			d->seg.verdict = SYNFIN_VERDICT_FORGED;
		else if (!strcmp(w->word[i], "!P"))
			d->set_up = true;
		else if (w->word[i][0] == 'w' && isdigit(w->word[i][1]))
			d->seg.window = strtoul(w->word[i] + 1, NULL, 10);
		else if (w->word[i][0] == 'W' && isdigit(w->word[i][1]))
			d->seg.scale = strtoul(w->word[i] + 1, NULL, 10);
		else if (w->word[i][0] == 't' && isdigit(w->word[i][1]))
			read_stamps(&d->seg, w->word[i] + 1);
	d->now += ms * DIALOGUE_MS;
}

static bool give_up(struct dialogue *d, const char *how)
{
	struct synfin_conn *conn = &d->rival[d->at];

	if (!d->nr)
		return false;
	if (!strcmp(how, "expire"))
		synfin_phase_expire(conn, d->now, &d->res);
	else if (!strcmp(how, "evict"))
		synfin_phase_evict(conn, &d->res);
	else if (!strcmp(how, "finish"))
		synfin_phase_finish(conn, &d->res);
	else
		return false;
	d->conn = *conn;
	say_result(d);
	if (d->res.stays)
		say(d, "stays");
	if (d->res.gone) {
		say(d, "gone");
		forget(d, d->at);
		d->at = 0;
	}
	return true;
}

/* What the table does with what is forwarded. */
static bool watch(struct dialogue *d, const char *how)
{
	if (!d->nr)
		return false;
	if (!strcmp(how, "watch"))
		synfin_phase_watch(&d->rival[d->at], d->now);
	else if (!strcmp(how, "unwatch"))
		synfin_phase_unwatch(&d->rival[d->at], d->now);
	else
		return false;
	d->conn = d->rival[d->at];
	return true;
}

static bool perform(struct dialogue *d, struct words *w)
{
	const char *first = w->nr ? w->word[0] : "";

	if (!strcmp(first, "isn")) {
		w->at = 1;
		return take_number(w, &d->isn[0]) && take_number(w, &d->isn[1]);
	}
	if (!strcmp(first, "init")) {
		w->at = 1;
		if (!read_segment(d, w))
			return false;
		begin(d, &d->seg);
		d->set_up = true;
		return true;
	}
	if (read_segment(d, w)) {
		read_options(d, w);
		dialogue_show(d, &d->seg);
		return true;
	}
	read_options(d, w);
	return watch(d, first) || give_up(d, first);
}

static char *trim(char *text)
{
	size_t len;

	while (isspace(*text))
		text++;
	for (len = strlen(text); len && isspace(text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

static bool play_line(struct dialogue *d, char *line)
{
	char *want = strchr(line, ':');
	struct words w;
	char copy[160];

	line = trim(line);
	if (!*line)
		return true;
	snprintf(copy, sizeof(copy), "%s", line);
	if (want)
		*want++ = '\0';
	d->said[0] = '\0';
	cut(&w, line);
	if (!perform(d, &w)) {
		printf("# \"%s\": no such line\n", copy);
		return false;
	}
	if (!want)
		return true;
	if (strchr(want, '@'))
		say(d, "@%s", dialogue_states[d->conn.state]);
	if (!strcmp(trim(want), d->said))
		return true;
	printf("# \"%s\": \"%s\" came of it\n", copy, d->said);
	return false;
}

/**
 * dialogue_play() - play a script
 * @d:		the dialogue
 * @script:	its lines
 *
 * Return: true if all came as the script says; what did not is written as a
 * comment.
 */
bool dialogue_play(struct dialogue *d, const char *script)
{
	char *copy = strdup(script);
	bool good = true;
	char *save;
	char *line;

	for (line = strtok_r(copy, ";", &save); line;
	     line = strtok_r(NULL, ";", &save))
		good &= play_line(d, line);
	free(copy);
	return good;
}

/**
 * dialogue_finish() - the capture is over
 * @d: the dialogue
 *
 * Return: the summary of the last connection.
 */
const struct synfin_record_conn *dialogue_finish(struct dialogue *d)
{
	while (d->nr) {
		d->at = d->nr - 1;
		synfin_phase_finish(&d->rival[d->at], &d->res);
		d->conn = d->rival[d->at];
		say_result(d);
		forget(d, d->at);
	}
	return d->sums ? &d->sum[d->sums - 1] : NULL;
}
