// SPDX-License-Identifier: GPL-2.0
/*
 * Several captures read as one.
 */
#include <stdlib.h>

#include "output/complain.h"
#include "sources/capture_files.h"
#include "sources/layers.h"

static int open_one(struct capture_file *file, struct input *in)
{
	const char *wrong = packets_open(&file->packets, in);

	file->in = in;
	if (input_error(in))
		wrong = input_error(in);
	if (wrong)
		return complain("%s: %s", in->name, wrong);
	if (!file->packets.ng && !link_known(file->packets.link))
		return complain("%s: a capture of %s, of which the headers are not known",
				in->name, link_name(file->packets.link));
	return 0;
}

/* Once more, for each but the first of its interfaces. */
static int open_groups(struct capture_files *f, struct input *in)
{
	uint16_t number[CAPTURE_GROUPS];
	unsigned int nr = capture_groups(in, number);
	struct capture_file *more;

	if (!nr)
		return 0;
	more = realloc(f->file, (f->room + nr) * sizeof(*f->file));
	if (!more)
		return complain("out of memory");
	f->file = more;
	f->room += nr;
	f->file[f->nr - 1].only = number[0];
	for (unsigned int i = 1; i < nr; i++) {
		struct capture_file *file = &f->file[f->nr];

		*file = (struct capture_file){ .own = true, .only = number[i] };
		file->in = input_open(in->name);
		if (!file->in)
			return -1;
		f->nr++;
		if (open_one(file, file->in))
			return -1;
	}
	return 0;
}

/**
 * capture_files_open() - read their headers
 * @f:	 filled in; to be freed with capture_files_close() in any case
 * @in:	 the files, at their beginnings; they stay the caller's if this fails
 * @nr:	 how many
 *
 * Return: 0, or -1 after a message.
 */
int capture_files_open(struct capture_files *f, struct input *const *in, unsigned int nr)
{
	*f = (struct capture_files){ .file = calloc(nr, sizeof(*f->file)), .room = nr };
	if (!f->file)
		return complain("out of memory");
	for (unsigned int i = 0; i < nr; i++) {
		f->file[f->nr] = (struct capture_file){ .only = CAPTURE_ALL };
		if (open_one(&f->file[f->nr], in[i]))
			return -1;
		f->nr++;
		if (open_groups(f, in[i]))
			return -1;
	}
	return 0;
}

/**
 * capture_files_close() - free what belongs to them; the files stay open
 * @f: of capture_files_open()
 */
void capture_files_close(struct capture_files *f)
{
	for (unsigned int i = 0; i < f->nr; i++) {
		packets_close(&f->file[i].packets);
		if (f->file[i].own)
			input_close(f->file[i].in);
	}
	free(f->file);
	f->file = NULL;
}

static bool read_one(struct capture_files *f, struct capture_file *file, struct packet *pkt)
{
	enum packets_state state;
	const char *wrong;

	do
		state = packets_next(&file->packets, pkt, &wrong);
	while (state == PACKETS_ONE && file->only != CAPTURE_ALL &&
	       file->only != pkt->interface);
	switch (state) {
	case PACKETS_ONE:
		return true;
	case PACKETS_BROKEN:
		if (input_error(file->in))
			wrong = input_error(file->in);
		if (!f->broken)
			f->wrong = wrong;
		if (!f->broken)
			f->broken = file;
		break;
	case PACKETS_END:
		break;
	}
	file->ended = true;
	return false;
}

/* Files that follow each other are of one place, those at the same time are not. */
static void begin(struct capture_files *f, struct capture_file *file)
{
	bool taken = true;

	file->begun = true;
	for (file->lane = 0; taken; file->lane += taken) {
		taken = false;
		for (unsigned int i = 0; i < f->nr; i++)
			taken |= &f->file[i] != file && f->file[i].begun &&
				 !f->file[i].ended && f->file[i].lane == file->lane;
	}
}

static struct capture_file *earliest(struct capture_files *f)
{
	struct capture_file *first = NULL;

	for (unsigned int i = 0; i < f->nr; i++) {
		struct capture_file *file = &f->file[i];

		if (!file->waiting && !file->ended)
			file->waiting = read_one(f, file, &file->next);
		if (file->waiting && (!first || file->next.ns < first->next.ns))
			first = file;
	}
	return first;
}

/**
 * capture_files_next() - read the next packet
 * @f:	 the files
 * @pkt: filled in; good until the next is read
 *
 * Return: false if there is none; @f->broken then says if a file was.
 */
bool capture_files_next(struct capture_files *f, struct packet *pkt)
{
	struct capture_file *file;

	if (f->nr == 1) {
		f->last = f->file;
		return read_one(f, f->file, pkt);
	}
	file = earliest(f);
	if (!file)
		return false;
	if (!file->begun)
		begin(f, file);
	f->last = file;
	*pkt = file->next;
	pkt->interface = (uint16_t)(pkt->interface + file->lane * PCAPNG_INTERFACES);
	file->waiting = false;
	return true;
}

/**
 * capture_files_lost() - how many packets the captures say that they lost
 * @f: the files
 *
 * Return: how many, as far as they have been read.
 */
uint64_t capture_files_lost(const struct capture_files *f)
{
	uint64_t lost = 0;

	for (unsigned int i = 0; i < f->nr; i++)
		if (!f->file[i].own)
			lost = packets_sum(lost, packets_lost(&f->file[i].packets));
	return lost;
}
