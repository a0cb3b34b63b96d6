// SPDX-License-Identifier: GPL-2.0
/*
 * When a connection counts as real, and the phases that are told again then.
 */
#include "shape.h"

static struct dialogue d;
static struct synfin_result told;

static bool proved_after(const char *script)
{
	dialogue_begin(&d, 0);
	PLAY(&d, script);
	return synfin_phase_is_proved(&d.conn);
}

static void what_anybody_can_make_up_proves_nothing(void)
{
	TAP_IS(!proved_after("c S 0"));
	TAP_IS(!proved_after("c S 0; s S 0"));
	TAP_IS(!proved_after("c S 0; s SA 0 1"));
	TAP_IS(!proved_after("c S 0; s SA 0 1; c A 1 9"));
	TAP_IS(!proved_after("c S 0; s RA 0 1"));
	TAP_IS(!proved_after("s SA 0 1"));
	TAP_IS(!proved_after("c FA 1 1"));
	TAP_IS(!proved_after("c R 1"));
}

static void an_ack_proves_it(void)
{
	TAP_IS(proved_after("c S 0; s SA 0 1; c A 1 1"));
	TAP_IS(proved_after("c S 0; s S 0; c SA 0 1; s SA 0 1"));
	TAP_IS(proved_after("c FA 1 1; s A 1 2"));
}

static void handshake_is_told_again(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0; c S 0 +1000; s SA 0 1 +20; c A 1 1 +3");
	synfin_phase_replay(&d.conn, &told);
	TAP_EQUAL(told.nr, 2);
	TAP_EQUAL(told.step[0].phase, SYNFIN_PHASE_SYN);
	TAP_EQUAL(told.step[0].count, 2);
	TAP_EQUAL(told.step[0].seq, DIALOGUE_X);
	TAP_EQUAL(told.step[0].since_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(told.step[1].phase, SYNFIN_PHASE_SYN_ACK);
	TAP_EQUAL(told.step[1].from, SYNFIN_FROM_SERVER);
	TAP_EQUAL(told.step[1].seq, DIALOGUE_Y);
	TAP_EQUAL(told.step[1].ack, DIALOGUE_X + 1);
	TAP_EQUAL(told.step[1].time_ns, d.step[2].time_ns);
	TAP_IS(!told.reason && !told.ended && !told.again);
}

static void lone_fin_is_told_again(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "s FA 7 5; c A 5 8");
	synfin_phase_replay(&d.conn, &told);
	TAP_EQUAL(told.nr, 1);
	TAP_EQUAL(told.step[0].phase, SYNFIN_PHASE_FIN_1);
	TAP_EQUAL(told.step[0].from, d.step[0].from);
	TAP_EQUAL(told.step[0].seq, d.step[0].seq);
	TAP_EQUAL(told.step[0].ack, d.step[0].ack);
	TAP_EQUAL(told.step[0].time_ns, d.step[0].time_ns);
}

static const struct tap_test tests[] = {
	TAP_TEST(what_anybody_can_make_up_proves_nothing),
	TAP_TEST(an_ack_proves_it),
	TAP_TEST(handshake_is_told_again),
	TAP_TEST(lone_fin_is_told_again),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
