/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ring's protocol for spin: one writer that overwrites, and a reader that wants one
 * record, on processors that may delay and swap stores and loads as far as the barriers
 * of ring.h let them. Letters are those of the diagram there.
 *
 * The writer's stores wait in a buffer, and become visible in any order but: of one
 * place in turn; what follows a write barrier after what precedes it; a release after
 * all that precedes it. A reader's loads happen when it says so; those of payload in
 * any order, after an acquire and before a fence.
 *
 * With -DNO_A, -DNO_B, -DNO_C or -DNO_FENCE a barrier is left out, and it must not hold;
 * but for B, which only a reader needs that does not look at the head (-DHEADLESS).
 */
#define SLOTS	2
#define RECORDS	4
#define ROOM	6

/* Places in memory: a sequence and two words for each slot, and the head. */
#define SEQ(n)	(((n) % SLOTS) * 3)
#define WORD(n, i) (((n) % SLOTS) * 3 + 1 + (i))
#define HEAD	(SLOTS * 3)

byte memory[SLOTS * 3 + 1];

byte place[ROOM], value[ROOM], epoch[ROOM];
bool release[ROOM];
byte first, waiting;		/* those in the buffer, in the order of the program */
bool gone[ROOM];		/* became visible before one that is ahead of it */
byte barriers;
bool accepted;

#define AT(i)	((first + (i)) % ROOM)

inline store(where, what, is_release)
{
	atomic {
		waiting < ROOM;
		place[AT(waiting)] = where;
		value[AT(waiting)] = what;
		epoch[AT(waiting)] = barriers;
		release[AT(waiting)] = is_release;
		gone[AT(waiting)] = false;
		waiting++;
	}
}

active proctype writer()
{
	byte n;

	do
	:: n < RECORDS ->
		store(SEQ(n), 2 * n + 1, false);
#ifndef NO_A
		barriers++;
#endif
		store(WORD(n, 0), n, false);
		store(WORD(n, 1), n, false);
#ifndef NO_B
		store(SEQ(n), 2 * (n + 1), true);
#else
		store(SEQ(n), 2 * (n + 1), false);
#endif
#ifndef NO_C
		store(HEAD, n + 1, true);
#else
		store(HEAD, n + 1, false);
#endif
		n++
	:: else -> break
	od
}

/* May the store at that place of the buffer become visible before those ahead of it? */
inline look(i, may)
{
	byte j;

	may = !gone[AT(i)];
	j = 0;
	do
	:: j < i ->
		if
		:: !gone[AT(j)] && (release[AT(i)] || place[AT(j)] == place[AT(i)] ||
				    epoch[AT(j)] != epoch[AT(i)]) -> may = false
		:: else
		fi;
		j++
	:: else -> break
	od;
	j = 0
}

active proctype buffer()
{
	byte i;
	bool may;

end:
	do
	:: atomic {
		waiting > 0 ->
		i = 0;
		do
		:: i + 1 < waiting -> i++
		:: break
		od;
		look(i, may);
		if
		:: may ->
			memory[place[AT(i)]] = value[AT(i)];
			gone[AT(i)] = true
		:: else
		fi;
		do
		:: waiting > 0 && gone[first] ->
			gone[first] = false;
			first = (first + 1) % ROOM;
			waiting--
		:: else -> break
		od;
		i = 0;
		may = false
	}
	od
}

active proctype reader()
{
	byte n, seq, again, word[2];

	/* Which record it wants. */
	do
	:: n + 1 < RECORDS -> n++
	:: break
	od;
end:
#ifndef HEADLESS
	memory[HEAD] > n;			/* C: acquire */
	seq = memory[SEQ(n)];			/* B: acquire */
	/* C: its slot had been written, or is being overwritten. */
	assert(seq >= 2 * (n + 1));
#else
	seq = memory[SEQ(n)];
#endif
	if
	:: seq == 2 * (n + 1)
	:: else -> goto lost
	fi;
#ifndef NO_FENCE
	if
	:: word[0] = memory[WORD(n, 0)]; word[1] = memory[WORD(n, 1)]
	:: word[1] = memory[WORD(n, 1)]; word[0] = memory[WORD(n, 0)]
	fi;
	again = memory[SEQ(n)];			/* A: after the fence */
#else
	if
	:: again = memory[SEQ(n)]; word[0] = memory[WORD(n, 0)];
	   word[1] = memory[WORD(n, 1)]
	:: word[0] = memory[WORD(n, 0)]; again = memory[SEQ(n)];
	   word[1] = memory[WORD(n, 1)]
	fi;
#endif
	if
	:: again == seq ->
		accepted = true;
		assert(word[0] == n && word[1] == n)
	:: else
	fi;
lost:
	skip
}
