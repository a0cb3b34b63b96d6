// SPDX-License-Identifier: GPL-2.0
/*
 * Captures that begin or end in the middle, miss segments, show one direction;
 * connections older than the module.
 */
#include "shape.h"

static struct dialogue d;
static const struct synfin_record_conn *sum;
static int all = SHAPE_NEITHER;

static void ends_in_every_state(void)
{
	static const struct {
		const char *script;
		__u8 opening, closing, by;
	} cases[] = {
		{ "c S 0", SYNFIN_OPEN_UNANSWERED, SYNFIN_CLOSE_NONE,
		  SYNFIN_BY_NOBODY },
		{ "c S 0; s S 0", SYNFIN_OPEN_UNANSWERED, SYNFIN_CLOSE_NONE,
		  SYNFIN_BY_NOBODY },
		{ "c S 0; s SA 0 1", SYNFIN_OPEN_UNACKNOWLEDGED,
		  SYNFIN_CLOSE_NONE, SYNFIN_BY_NOBODY },
		{ SHAKE, SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_OPEN,
		  SYNFIN_BY_NOBODY },
		{ SHAKE "c FA 1 1", SYNFIN_OPEN_ESTABLISHED,
		  SYNFIN_CLOSE_HALF_CLOSED, SYNFIN_BY_CLIENT },
		{ SHAKE "s FA 1 1; c A 1 2", SYNFIN_OPEN_ESTABLISHED,
		  SYNFIN_CLOSE_HALF_CLOSED, SYNFIN_BY_SERVER },
		{ SHAKE "c FA 1 1; s FA 1 1", SYNFIN_OPEN_ESTABLISHED,
		  SYNFIN_CLOSE_SIMULTANEOUS, SYNFIN_BY_BOTH },
		{ SHAKE "c FA 1 1; s FA 1 2", SYNFIN_OPEN_ESTABLISHED,
		  SYNFIN_CLOSE_THREE_WAY, SYNFIN_BY_CLIENT },
		{ SHAKE "c FA 1 1; s A 1 2; s FA 1 2", SYNFIN_OPEN_ESTABLISHED,
		  SYNFIN_CLOSE_FOUR_WAY, SYNFIN_BY_CLIENT },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		while (shape_source(&d, &all)) {
			PLAY(&d, cases[i].script);
			PLAY(&d, "finish : end gone");
			TAP_EQUAL(d.sums, 1);
			TAP_EQUAL(d.sum[0].opening, cases[i].opening);
			TAP_EQUAL(d.sum[0].closing, cases[i].closing);
			TAP_EQUAL(d.sum[0].closed_by, cases[i].by);
		}
}

static void finished_twice_ends_once(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "c R 1 !T : rst end; finish : gone");
	TAP_EQUAL(d.sums, 1);
}

static void evicted_in_the_middle(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "evict : end gone");
	SHAPE(&d.sum[0], ESTABLISHED, EVICTED, NOBODY);
}

static void evicted_after_the_end(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c R 1 !T : rst end; evict : gone");
	TAP_EQUAL(d.sums, 1);
}

static void idle_beyond_its_time(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "expire +432000000 : timeout end gone");
	SHAPE(&d.sum[0], ESTABLISHED, OPEN, NOBODY);
}

/* What is not known is null, never 0. */
static void begins_with_data(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c PA 1 1 10 : not_awaited @OPEN; s A 1 11 +5;"
	     "c FA 11 1 +5 : fin-1; s FA 1 12 : fin-2; c A 12 2 : ack-2 end");
	sum = &d.sum[0];
	SHAPE(sum, MIDSTREAM, THREE_WAY, CLIENT);
	COUNTS(sum, 0, 0, 2, 0);
	BYTES(sum, 10, 0, 1);
	TAP_EQUAL(d.step[0].since_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(sum->handshake_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(sum->server_rtt_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(sum->client_rtt_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(sum->duration_ns, 12 * MS);
	TAP_EQUAL(sum->flags & (SYNFIN_CONN_CLIENT_ISN | SYNFIN_CONN_SERVER_ISN),
		  0);
	TAP_IS(sum->flags & SYNFIN_CONN_FLIPPED);
	TAP_EQUAL(sum->completeness, SYNFIN_SEEN_ACK | SYNFIN_SEEN_DATA | SYNFIN_SEEN_FIN);
	HISTORY(sum, "FfA");
}

static void begins_with_the_servers_data(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "s PA 1 1 10 : not_awaited @OPEN; s FA 11 1 : fin-1");
	sum = dialogue_finish(&d);
	SHAPE(sum, MIDSTREAM, HALF_CLOSED, SERVER);
	TAP_EQUAL(sum->head.client_port, 40000);
	TAP_EQUAL(sum->head.server_port, 80);
	HISTORY(sum, "^f");
}

static void expires_without_any_phase(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c PA 1 1 10; expire +9 : timeout end gone");
	TAP_EQUAL(d.step[0].since_ns, SYNFIN_NS_NONE);
	SHAPE(&d.sum[0], MIDSTREAM, OPEN, NOBODY);
}

static void older_than_the_module(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c PA 1 1 10 : no_flow; c FA 11 1 : fin-1 @FIN;"
	     "s A 1 12 +3 : ack-1 @HALF; s FA 1 12 : fin-2;"
	     "c A 12 2 : ack-2 end");
	SHAPE(&d.sum[0], MIDSTREAM, FOUR_WAY, CLIENT);
	TAP_EQUAL(d.step[0].since_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(d.step[1].since_ns, 3 * MS);
	TAP_IS(d.sum[0].flags & SYNFIN_CONN_BYTES_PARTIAL);
}

static void lone_fin_is_not_trusted_for_long(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c FA 11 1 : fin-1");
	TAP_EQUAL(synfin_phase_wait(&d.conn), SYNFIN_WAIT_UNPROVEN);
	PLAY(&d, "s A 1 12 : ack-1");
	TAP_EQUAL(synfin_phase_wait(&d.conn), SYNFIN_WAIT_HALF_CLOSED);
}

static void answer_is_missing(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; c A 1 1 : ack @OPEN; c PA 1 1 10; s A 1 11");
	sum = dialogue_finish(&d);
	/* The client's ACK proves it, and its time is that of the handshake. */
	SHAPE(sum, ESTABLISHED, OPEN, NOBODY);
	COUNTS(sum, 1, 0, 0, 0);
	TAP_EQUAL(sum->handshake_ns, 1 * MS);
	TAP_EQUAL(sum->server_rtt_ns, SYNFIN_NS_NONE);
}

static void ack_and_first_data_are_missing(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; c PA 501 1 100 : ack @OPEN");
	SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
}

/* What acknowledges more than was seen is believed once the server is there too. */
static void ack_and_the_servers_first_data_are_missing(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; c A 1 501 : bad_ack @SYN_ACK;"
	     "s PA 501 1 100; c A 1 601 : ack @OPEN");
	SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
}

static void all_but_syns_and_fins_is_missing(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; c FA 501 9001 : ack fin-1 @FIN;"
	     "s FA 9001 502 : fin-2");
	SHAPE(dialogue_finish(&d), ESTABLISHED, THREE_WAY, CLIENT);
}

static void only_the_clients_side(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; c A 1 1; c PA 1 1 100; c A 101 5001;"
	     "c FA 101 5001 : fin-1; c A 102 5002");
	sum = dialogue_finish(&d);
	SHAPE(sum, ESTABLISHED, HALF_CLOSED, CLIENT);
	TAP_EQUAL(sum->bytes_client, 100);
	/* Its FIN was acknowledged, not one byte more. */
	TAP_EQUAL(sum->bytes_server, 5000);
	TAP_IS(sum->flags & SYNFIN_CONN_BYTES_PARTIAL);
}

static void only_the_servers_side(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "s SA 0 1; s A 1 101; s PA 1 101 5000; s FA 5001 102 : fin-1");
	sum = dialogue_finish(&d);
	SHAPE(sum, ESTABLISHED, HALF_CLOSED, SERVER);
	TAP_EQUAL(sum->bytes_server, 5000);
	TAP_IS(sum->bytes_client <= 101);
}

static void only_the_servers_side_and_no_close(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "s SA 0 1; s A 1 101; s PA 1 101 5000; s A 5001 201");
	SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
}

/* Captures of SYN, FIN and RST only: from 64 KiB to 3 GB, closed or reset. */
static void only_control_segments(void)
{
	static const __u32 sizes[] = { 0, 300, 65536, 1000000, 100000000, 3000000000u };
	char script[256];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		__u32 end = sizes[i] + 1;

		dialogue_begin(&d, 1);
		snprintf(script, sizeof(script), "c S 0 W7; s SA 0 1 +20 W7;"
			 "s FA %u 301 +30000; c FA 301 %u +10", end, end + 1);
		PLAY(&d, script);
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, THREE_WAY, SERVER);
		TAP_EQUAL(sum->bytes_server, sizes[i]);
		TAP_EQUAL(sum->bytes_client, 300);
		TAP_EQUAL(sum->client_rtt_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->completeness & SYNFIN_SEEN_DATA, 0);

		dialogue_begin(&d, 1);
		snprintf(script, sizeof(script), "c S 0; s SA 0 1 +20;"
			 "c FA 301 %u +30000; s FA %u 302 +10", end, end);
		PLAY(&d, script);
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, THREE_WAY, CLIENT);
		TAP_EQUAL(sum->bytes_server, sizes[i]);

		dialogue_begin(&d, 1);
		snprintf(script, sizeof(script), "c S 0; s SA 0 1 +20;"
			 "c RA 301 %u +30000", end);
		PLAY(&d, script);
		SHAPE(dialogue_finish(&d), ESTABLISHED, RESET, CLIENT);

		dialogue_begin(&d, 1);
		snprintf(script, sizeof(script), "c S 0; s SA 0 1 +20;"
			 "s RA %u 301 +30000", end);
		PLAY(&d, script);
		SHAPE(dialogue_finish(&d), ESTABLISHED, RESET, SERVER);
	}
}

/* Who has reset and never speaks again has reset, whatever the peer sends again. */
static void data_again_after_a_reset(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "c PA 1 1 100; s PA 1 101 300; c RA 101 301 : rst;"
	     "s PA 1 101 300 +200; s PA 1 101 300 +1400; s PA 1 101 300 +3000;"
	     "s PA 1 101 300 +6000 : not_awaited @OPEN");
	SHAPE(dialogue_finish(&d), ESTABLISHED, RESET, CLIENT);
}

static void fin_that_its_socket_confirms(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "s FA 3000000001 1 !T : fin-1 @FIN");
}

/* A SYN that comes twice is acknowledged once more; that may be shown first. */
static void answer_is_overtaken(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0 : syn; c S 0 +10 : syn*2; s A 1 1 +80 : not_awaited @SYN;"
	     "s SA 0 1 +10 : syn-ack @SYN_ACK; c A 1 1 : ack @OPEN;"
	     "c FA 1 1 : fin-1; s A 1 2 : ack-1; s FA 1 2 : fin-2; c A 2 2 : ack-2 end");
	sum = &d.sum[0];
	SHAPE(sum, ESTABLISHED, FOUR_WAY, CLIENT);
	TAP_EQUAL(sum->server_rtt_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(sum->client_rtt_ns, 1 * MS);
	HISTORY(sum, "ShAFaf");
}

static void answer_is_overtaken_and_never_shown(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s A 1 1 : not_awaited @SYN");
	sum = dialogue_finish(&d);
	SHAPE(sum, UNACKNOWLEDGED, NONE, NOBODY);
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s A 1 1; c A 1 1 : ack @OPEN");
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s A 1 1; s RA 1 1 : rst; expire : end gone");
	SHAPE(&d.sum[0], REFUSED, NONE, NOBODY);
}

/* The ACK that is shown before its SYN-ACK proves the handshake already. */
static void answer_is_shown_after_its_ack(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; c A 1 1 : ack; s SA 0 1 : syn-ack @OPEN;"
	     "s A 1 1 : not_awaited; c PA 1 1 10 : not_awaited @OPEN;"
	     "c FA 11 1 : fin-1; s FA 1 12 : fin-2; c A 12 2 : ack-2 end");
	sum = &d.sum[0];
	SHAPE(sum, ESTABLISHED, THREE_WAY, CLIENT);
	COUNTS(sum, 1, 1, 2, 0);
	BYTES(sum, 10, 0, 0);
	HISTORY(sum, "SAhFf");
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; c A 1 1; s SA 0 1; s FA 1 1 : fin-1; c A 1 2 : ack-1 @HALF");
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; c A 1 1; s SA 0 1");
	SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
}

/* The capture begins out of order, and lacks the other half of the handshake. */
static void begins_after_what_is_shown_later(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c A 1 1 : not_awaited; c S 0 : syn @OPEN; c PA 1 1 10 : not_awaited");
	sum = dialogue_finish(&d);
	SHAPE(sum, MIDSTREAM, OPEN, NOBODY);
	HISTORY(sum, "S");
	dialogue_begin(&d, 1);
	PLAY(&d, "c A 1 1 : not_awaited; s SA 0 1 : syn-ack @OPEN; c PA 1 1 10;"
	     "s A 1 11; c FA 11 1; s FA 1 12; c A 12 2 : ack-2 end");
	sum = &d.sum[0];
	SHAPE(sum, ESTABLISHED, THREE_WAY, CLIENT);
	HISTORY(sum, "hFfA");
	BYTES(sum, 10, 0, 0);
	dialogue_begin(&d, 1);
	PLAY(&d, "c A 1 1; s SA 7 1 : bad_ack; c S 9 : new syn");
}

static void ack_is_missing_and_it_is_reset(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; s A 1 101 : not_awaited @SYN_ACK;"
	     "c RA 101 1 : rst");
	SHAPE(dialogue_finish(&d), ESTABLISHED, RESET, CLIENT);
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; s PA 1 1 9 : not_awaited @SYN_ACK;"
	     "s RA 10 1 : rst");
	SHAPE(dialogue_finish(&d), ESTABLISHED, RESET, SERVER);
}

static void all_but_syns_and_rsts_is_missing(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; c RA 101 1 +900 : rst @SYN_ACK; c R 101 : rst*2");
	SHAPE(dialogue_finish(&d), ESTABLISHED, RESET, CLIENT);
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; s RA 5001 101 +900 : rst");
	SHAPE(dialogue_finish(&d), ESTABLISHED, RESET, SERVER);
	/* Made up, and the handshake goes on. */
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; c RA 101 1; c A 1 1 : ack @OPEN;"
	     "s PA 1 1 9; c A 1 10; c PA 1 10 200 : not_awaited back;"
	     "c FA 201 10 : fin-1");
	SHAPE(dialogue_finish(&d), ESTABLISHED, HALF_CLOSED, CLIENT);
}

/* A RST that is not believed leaves everything as it was. */
static void ack_is_late_and_a_rst_is_forged(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0; s SA 0 1; s A 1 101; c R 101 !F : forged_rst @SYN_ACK;"
	     "c A 1 1 : ack @OPEN; c FA 101 1 : fin-1");
	SHAPE(dialogue_finish(&d), ESTABLISHED, HALF_CLOSED, CLIENT);
}

/* It is over, as the same endpoints begin anew. */
static void ack_is_missing_and_the_next_begins(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; c RA 101 1 +900 : rst @SYN_ACK;"
	     "c S 500000 +900 : new syn");
	dialogue_finish(&d);
	SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
}

static void ack_is_missing_and_data_comes(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; s PA 1 1 9 : not_awaited @SYN_ACK");
	SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
	/* Fast Open: the server need not wait. */
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0 0 5; s SA 0 6; s PA 1 6 9 : not_awaited @SYN_ACK");
	SHAPE(dialogue_finish(&d), UNACKNOWLEDGED, NONE, NOBODY);
}

/* The first that is shown is the ACK of a FIN, which then comes again. */
static void begins_after_a_fin(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "s A 9 12 : not_awaited @OPEN; c FA 11 9 +5 : fin-1 @FIN;"
	     "s A 9 12 : ack-1 @HALF; s FA 9 12 : fin-2; c A 12 10 : ack-2 end");
	SHAPE(&d.sum[0], MIDSTREAM, FOUR_WAY, CLIENT);
	BYTES(&d.sum[0], 0, 0, 1);
}

/* A FIN that ends where the first data began, and one whose payload came before its ACK. */
static void fin_lies_before_what_was_seen(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "s A 9 12 10; s FA 5 12 3 : fin-1 @FIN");
	BYTES(dialogue_finish(&d), 0, 10, 1);
	dialogue_begin(&d, 1);
	PLAY(&d, "s PA 9 12 1; c FA 1 9 10 +1 : fin-1 @FIN");
	BYTES(dialogue_finish(&d), 0, 1, 1);
}

/* Data came before the SYN-ACK, which was lost, and with numbers of its own. */
static void answer_comes_after_data(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0 0 100; s PA 99000 101 9 : not_awaited @OPEN;"
	     "c S 0 +900 : syn*2 @OPEN; s SA 0 101 9 +5 : syn-ack @SYN_ACK;"
	     "c A 101 10 +3 : ack @OPEN");
	sum = dialogue_finish(&d);
	SHAPE(sum, ESTABLISHED, OPEN, NOBODY);
	TAP_EQUAL(sum->server_rtt_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(sum->client_rtt_ns, 3 * MS);
	TAP_EQUAL(sum->bytes_server, 9);
}

static void answer_is_older_than_the_question(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0 +10; s SA 0 1 +-3 : syn-ack; c A 1 1 : ack @OPEN");
	sum = dialogue_finish(&d);
	TAP_EQUAL(sum->server_rtt_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(sum->handshake_ns, SYNFIN_NS_NONE);
	TAP_EQUAL(sum->client_rtt_ns, 1 * MS);
}

/* A file with a segment without SYN, FIN and RST has data, too, if there was any. */
static void ack_that_nobody_accepts_is_refused(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0 : syn; s SA 0 1 : syn-ack; c A 1 400001 : bad_ack @SYN_ACK;"
	     "s R 400001 : forged_rst");
	sum = dialogue_finish(&d);
	TAP_EQUAL(sum->opening, SYNFIN_OPEN_UNACKNOWLEDGED);
}

/* A silence of a minute is no hole in the file through which any number would fit. */
static void rst_that_is_guessed_in_a_silence(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0 : syn; s SA 0 1 : syn-ack; c A 1 1 : ack;"
	     "c PA 1 1 100; s A 1 101;"
	     "s R 123456789 +60000 : rst; expire : stays;"
	     "c PA 101 1 10 +60000; s A 1 111 : not_awaited back;"
	     "c FA 111 1 : fin-1; s A 1 112 : ack-1; s FA 1 112 : fin-2;"
	     "c A 112 2 : ack-2 end");
	sum = d.sum;
	TAP_EQUAL(sum->closing, SYNFIN_CLOSE_FOUR_WAY);
	TAP_EQUAL(sum->bytes_client, 110);
}

/* As many bytes as it may be, in a file of SYNs, FINs and RSTs: to the last of them. */
static void all_of_three_gigabytes_is_missing(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0 : syn; s SA 0 1 : syn-ack;"
	     "c FA 301 3221225473 +60000 : ack fin-1; s FA 3221225473 302 +20 : fin-2");
	sum = dialogue_finish(&d);
	TAP_EQUAL(sum->opening, SYNFIN_OPEN_ESTABLISHED);
	TAP_EQUAL(sum->closing, SYNFIN_CLOSE_THREE_WAY);
	TAP_EQUAL(sum->bytes_client, 300);
	TAP_EQUAL(sum->bytes_server, 3221225472);
}

static void fin_again_before_it_opened(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0 : syn; c F 0 : fin-1; s SA 0 1 : syn-ack; c FA 0 1 : fin-1*2");
	sum = dialogue_finish(&d);
	TAP_EQUAL(sum->opening, SYNFIN_OPEN_ABORTED);
	TAP_EQUAL(sum->fin_count, 2);
}

static const struct tap_test tests[] = {
	TAP_TEST(fin_again_before_it_opened),
	TAP_TEST(ack_that_nobody_accepts_is_refused),
	TAP_TEST(rst_that_is_guessed_in_a_silence),
	TAP_TEST(all_of_three_gigabytes_is_missing),
	TAP_TEST(ends_in_every_state),
	TAP_TEST(finished_twice_ends_once),
	TAP_TEST(evicted_in_the_middle),
	TAP_TEST(evicted_after_the_end),
	TAP_TEST(idle_beyond_its_time),
	TAP_TEST(begins_with_data),
	TAP_TEST(begins_with_the_servers_data),
	TAP_TEST(expires_without_any_phase),
	TAP_TEST(older_than_the_module),
	TAP_TEST(lone_fin_is_not_trusted_for_long),
	TAP_TEST(answer_is_missing),
	TAP_TEST(ack_and_first_data_are_missing),
	TAP_TEST(ack_and_the_servers_first_data_are_missing),
	TAP_TEST(all_but_syns_and_fins_is_missing),
	TAP_TEST(only_the_clients_side),
	TAP_TEST(only_the_servers_side),
	TAP_TEST(only_the_servers_side_and_no_close),
	TAP_TEST(only_control_segments),
	TAP_TEST(data_again_after_a_reset),
	TAP_TEST(fin_that_its_socket_confirms),
	TAP_TEST(ack_is_missing_and_it_is_reset),
	TAP_TEST(all_but_syns_and_rsts_is_missing),
	TAP_TEST(ack_is_late_and_a_rst_is_forged),
	TAP_TEST(ack_is_missing_and_the_next_begins),
	TAP_TEST(ack_is_missing_and_data_comes),
	TAP_TEST(begins_after_a_fin),
	TAP_TEST(fin_lies_before_what_was_seen),
	TAP_TEST(answer_comes_after_data),
	TAP_TEST(answer_is_older_than_the_question),
	TAP_TEST(answer_is_overtaken),
	TAP_TEST(answer_is_overtaken_and_never_shown),
	TAP_TEST(answer_is_shown_after_its_ack),
	TAP_TEST(begins_after_what_is_shown_later),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
