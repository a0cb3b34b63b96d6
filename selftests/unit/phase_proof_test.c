// SPDX-License-Identifier: GPL-2.0
/*
 * When a connection counts as real.
 */
#include "shape.h"

static struct dialogue d;

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

static const struct tap_test tests[] = {
	TAP_TEST(what_anybody_can_make_up_proves_nothing),
	TAP_TEST(an_ack_proves_it),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
