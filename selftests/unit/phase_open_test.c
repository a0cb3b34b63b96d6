// SPDX-License-Identifier: GPL-2.0
/*
 * How connections open, or do not.
 */
#include "core/record.h"
#include "shape.h"

static struct dialogue d;
static const struct synfin_record_conn *sum;
static int all = SHAPE_NEITHER;

static void three_segments(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 : syn; s SA 0 1 +20 : syn-ack;"
		     "c A 1 1 +3 : ack @OPEN");
		TAP_EQUAL(d.step[0].since_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(d.step[1].since_ns, 20 * MS);
		TAP_EQUAL(d.step[2].since_ns, 3 * MS);
		TAP_EQUAL(d.step[0].from, SYNFIN_FROM_CLIENT);
		TAP_EQUAL(d.step[1].from, SYNFIN_FROM_SERVER);
		TAP_EQUAL(d.step[1].seq, DIALOGUE_Y);
		TAP_EQUAL(d.step[1].ack, DIALOGUE_X + 1);
		TAP_EQUAL(d.step[1].window, 502);
		TAP_EQUAL(d.step[1].flags, SYNFIN_TCP_SYN | SYNFIN_TCP_ACK);
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, OPEN, NOBODY);
		COUNTS(sum, 1, 1, 0, 0);
		TAP_EQUAL(sum->handshake_ns, 23 * MS);
		TAP_EQUAL(sum->server_rtt_ns, 20 * MS);
		TAP_EQUAL(sum->client_rtt_ns, 3 * MS);
		TAP_EQUAL(sum->duration_ns, 23 * MS);
		TAP_EQUAL(sum->close_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->half_close_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->completeness, SYNFIN_SEEN_SYN |
			  SYNFIN_SEEN_SYN_ACK | SYNFIN_SEEN_ACK);
		TAP_EQUAL(sum->client_isn, DIALOGUE_X);
		TAP_EQUAL(sum->server_isn, DIALOGUE_Y);
		TAP_EQUAL(sum->flags & (SYNFIN_CONN_CLIENT_ISN |
					SYNFIN_CONN_SERVER_ISN |
					SYNFIN_CONN_FLIPPED),
			  SYNFIN_CONN_CLIENT_ISN | SYNFIN_CONN_SERVER_ISN);
		TAP_EQUAL(sum->head.client_port, 40000);
		TAP_EQUAL(sum->head.server_port, 80);
		HISTORY(sum, "ShA");
	}
}

static void record_of_phases(void)
{
	struct synfin_record_phases rec;
	const struct synfin_record_step *step = &rec.step[1];

	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0; s SA 0 1 +20");
	memset(&rec, 0xee, sizeof(rec));
	synfin_record_add(&rec, 0, &d.step[0], 7 * MS);
	synfin_record_add(&rec, 1, &d.step[1], 7 * MS);
	synfin_record_phases(&d.conn, &rec, 2, 1008 * MS);
	TAP_EQUAL(rec.head.type, SYNFIN_RECORD_PHASES);
	TAP_EQUAL(rec.head.words, 18);
	TAP_EQUAL(rec.head.family, 4);
	TAP_EQUAL(rec.head.client_port, 40000);
	TAP_EQUAL(rec.head.server_port, 80);
	TAP_EQUAL(rec.head.netns, 1);
	TAP_EQUAL(rec.head.id, 1);
	TAP_EQUAL(rec.head.time_ns, 1008 * MS);
	TAP_IS(!memcmp(rec.head.client, &d.conn.client, 16));
	TAP_IS(!memcmp(rec.head.server, &d.conn.server, 16));
	TAP_EQUAL(rec.step[0].phase, SYNFIN_PHASE_SYN);
	TAP_EQUAL(rec.step[0].time_ns, 1008 * MS);
	TAP_EQUAL(step->phase, SYNFIN_PHASE_SYN_ACK);
	TAP_EQUAL(step->from, SYNFIN_FROM_SERVER);
	TAP_EQUAL(step->count, 1);
	TAP_EQUAL(step->window, 502);
	TAP_EQUAL(step->tcp_flags, SYNFIN_TCP_SYN | SYNFIN_TCP_ACK);
	TAP_EQUAL(step->seq, DIALOGUE_Y);
	TAP_EQUAL(step->ack, DIALOGUE_X + 1);
	TAP_EQUAL(step->len, 0);
	TAP_EQUAL(step->since_ns, 20 * MS);
	TAP_EQUAL(step->time_ns, 1028 * MS);
	TAP_EQUAL(rec.head.reserved0 | rec.head.reserved1 | step->reason |
		  step->hook, 0);
}

static void syn_sent_again(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 : syn; c S 0 +1000 : syn*2; c S 0 +2000 : syn*3;"
		     "s SA 0 1 +7 : syn-ack; c A 1 1 +1 : ack @OPEN");
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, OPEN, NOBODY);
		COUNTS(sum, 3, 1, 0, 0);
		/* Which of them was answered, nobody knows (Karn). */
		TAP_EQUAL(sum->server_rtt_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->handshake_ns, 3008 * MS);
		HISTORY(sum, "ShA");
	}
}

/* The time stamp tells which was answered (RFC 7323). */
static void syn_sent_again_with_time_stamps(void)
{
	static const struct {
		const char *answer;
		__u64 rtt;
	} cases[] = {
		{ "s SA 0 1 +200 t7000/100", 3200 * MS },
		{ "s SA 0 1 +200 t7000/1100", 2200 * MS },
		{ "s SA 0 1 +200 t7000/3100", 200 * MS },
		{ "s SA 0 1 +200 t7000/9", SYNFIN_NS_NONE },
		{ "s SA 0 1 +200", SYNFIN_NS_NONE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		while (shape_source(&d, &all)) {
			PLAY(&d, "c S 0 t100; c S 0 +1000 t1100; c S 0 +2000 t3100");
			PLAY(&d, cases[i].answer);
			PLAY(&d, "c A 1 1 +3 t3400/7000 : ack @OPEN");
			sum = dialogue_finish(&d);
			TAP_EQUAL(sum->server_rtt_ns, cases[i].rtt);
			TAP_EQUAL(sum->client_rtt_ns, 3 * MS);
			TAP_EQUAL(sum->handshake_ns, 3203 * MS);
		}
}

static void syn_ack_sent_again_with_time_stamps(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 t1; s SA 0 1 t700/1; s SA 0 1 +1000 t1700/1;"
		     "c A 1 1 +5 t1006/1700 : ack");
		TAP_EQUAL(dialogue_finish(&d)->client_rtt_ns, 5 * MS);
		PLAY((dialogue_begin(&d, all), &d), "c S 0 t1; s SA 0 1 t700/1;"
		     "s SA 0 1 +1000 t1700/1; c A 1 1 +5 t1006/700 : ack");
		TAP_EQUAL(dialogue_finish(&d)->client_rtt_ns, 1005 * MS);
		PLAY((dialogue_begin(&d, all), &d), "c S 0; s SA 0 1; s SA 0 1;"
		     "c A 1 1 : ack");
		TAP_EQUAL(dialogue_finish(&d)->client_rtt_ns, SYNFIN_NS_NONE);
	}
}

/* What proves the handshake is not always when it was over. */
static void proof_is_no_time(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1 +80; c FA 1 1 +6000 : ack fin-1; s FA 1 2");
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, THREE_WAY, CLIENT);
		TAP_EQUAL(sum->server_rtt_ns, 80 * MS);
		TAP_EQUAL(sum->client_rtt_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->handshake_ns, SYNFIN_NS_NONE);
		PLAY((dialogue_begin(&d, all), &d),
		     "c S 0; s SA 0 1; c PA 1 1 9 +6000 : ack");
		TAP_EQUAL(dialogue_finish(&d)->client_rtt_ns, SYNFIN_NS_NONE);
		PLAY((dialogue_begin(&d, all), &d),
		     "c S 0; s SA 0 1; c PA 1 1 9 +40 : ack");
		TAP_EQUAL(dialogue_finish(&d)->client_rtt_ns, 40 * MS);
		/* Nor a bare ACK, if the SYN-ACK had come again meanwhile. */
		PLAY((dialogue_begin(&d, all), &d), "c S 0; s SA 0 1; c A 1 1 +7000 : ack");
		sum = dialogue_finish(&d);
		TAP_EQUAL(sum->client_rtt_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->handshake_ns, SYNFIN_NS_NONE);
		PLAY((dialogue_begin(&d, all), &d), "c S 0; s SA 0 1; c A 1 1 +3900 : ack");
		TAP_EQUAL(dialogue_finish(&d)->client_rtt_ns, 3900 * MS);
		/* The server had heard of it before, or it would not say this. */
		PLAY((dialogue_begin(&d, all), &d),
		     "c S 0; s SA 0 1; s A 1 6; c PA 6 1 9 +15 : ack");
		TAP_EQUAL(dialogue_finish(&d)->client_rtt_ns, SYNFIN_NS_NONE);
		PLAY((dialogue_begin(&d, all), &d),
		     "c S 0; s SA 0 1; s PA 1 1 20; c PA 1 21 9 +15 : ack");
		sum = dialogue_finish(&d);
		TAP_EQUAL(sum->client_rtt_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->handshake_ns, SYNFIN_NS_NONE);
	}
}

/* RFC 9293, 3.10.7.4: what its receiver does not accept opens nothing. */
static void ack_out_of_the_window(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1; c A 549555 1 : bad_ack @SYN_ACK;"
		     "c A 5000 1 : bad_ack; expire : timeout end gone");
		SHAPE(&d.sum[0], UNACKNOWLEDGED, NONE, NOBODY);
	}
}

static void unanswered_after_n_syns(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; c S 0 +1000; c S 0 +2000 : syn*3;"
		     "expire +60000 : timeout end gone");
		sum = &d.sum[0];
		SHAPE(sum, UNANSWERED, NONE, NOBODY);
		COUNTS(sum, 3, 0, 0, 0);
		TAP_EQUAL(d.step[3].from, SYNFIN_FROM_SERVER);
		TAP_EQUAL(d.step[3].since_ns, 60000 * MS);
		TAP_EQUAL(d.step[3].count, 1);
		TAP_EQUAL(d.step[3].flags, 0);
		TAP_EQUAL(sum->duration_ns, 3000 * MS);
		TAP_EQUAL(sum->server_rtt_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->handshake_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->bytes_client, SYNFIN_BYTES_NONE);
		TAP_EQUAL(sum->bytes_server, SYNFIN_BYTES_NONE);
		HISTORY(sum, "S");
	}
}

static void refused_by_a_reset(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s RA -5000 1 : rst; expire : end gone");
		SHAPE(&d.sum[0], REFUSED, NONE, NOBODY);
		COUNTS(&d.sum[0], 1, 0, 0, 1);
		TAP_EQUAL(d.sum[0].completeness,
			  SYNFIN_SEEN_SYN | SYNFIN_SEEN_ACK | SYNFIN_SEEN_RST);
		HISTORY(&d.sum[0], "Sr");
	}
}

static void refused_whose_syn_was_not_seen(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "s RA -5000 1 : rst; expire : end gone");
		SHAPE(&d.sum[0], REFUSED, NONE, NOBODY);
		COUNTS(&d.sum[0], 0, 0, 0, 1);
		TAP_EQUAL(d.sum[0].head.client_port, 40000);
	}
}

/* In the middle of a connection its number is another. */
static void reset_whose_syn_was_not_seen(void)
{
	PLAY((dialogue_begin(&d, 0), &d), "s RA 7 1 : rst end; expire : gone");
	SHAPE(&d.sum[0], MIDSTREAM, RESET, SERVER);
}

static void refused_after_the_answer(void)
{
	/* The listener is gone before the ACK comes. */
	PLAY((dialogue_begin(&d, 0), &d),
	     "c S 0; s SA 0 1; s R 1 : rst; expire : end gone");
	SHAPE(&d.sum[0], REFUSED, NONE, NOBODY);
}

static void unreachable_by_icmp(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; c icmp 0 : rst; expire : end gone");
		SHAPE(&d.sum[0], UNREACHABLE, NONE, NOBODY);
		TAP_EQUAL(d.step[1].from, SYNFIN_FROM_SERVER);
		TAP_EQUAL(d.step[1].flags, 0);
		TAP_EQUAL(d.sum[0].rst_count, 0);
		/* Wireshark's bit is of a RST segment, Zeek's letter too. */
		TAP_EQUAL(d.sum[0].completeness, SYNFIN_SEEN_SYN);
		HISTORY(&d.sum[0], "S");
	}
}

/* Nobody told the socket, or it does not give up for that. */
static void unreachable_and_asked_again(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; c icmp 0 +2 : rst; c S 0 +998 : syn*2;"
		     "c icmp 0 +2 : rst; expire : stays; expire +3000 : end gone");
		SHAPE(&d.sum[0], UNREACHABLE, NONE, NOBODY);
		COUNTS(&d.sum[0], 2, 0, 0, 0);
		/* To the last error, not to the first. */
		TAP_EQUAL(d.sum[0].duration_ns, 1002 * MS);
	}
}

static void icmp_about_another_number(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0; c icmp 1 : icmp_other @SYN; s SA 0 1 : syn-ack");
}

static void unacknowledged(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1 +5; s SA 0 1 +1000 : syn-ack*2;"
		     "s SA 0 1 +2000 : syn-ack*3; expire +9 : timeout end gone");
		SHAPE(&d.sum[0], UNACKNOWLEDGED, NONE, NOBODY);
		COUNTS(&d.sum[0], 1, 3, 0, 0);
		TAP_EQUAL(d.step[4].from, SYNFIN_FROM_CLIENT);
		TAP_EQUAL(d.sum[0].server_rtt_ns, 5 * MS);
		TAP_EQUAL(d.sum[0].client_rtt_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(d.sum[0].handshake_ns, SYNFIN_NS_NONE);
		HISTORY(&d.sum[0], "Sh");
	}
}

static void aborted_before_the_answer(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; c R 1 : rst; expire : end gone");
		SHAPE(&d.sum[0], ABORTED, NONE, NOBODY);
		HISTORY(&d.sum[0], "SR");
	}
}

static void aborted_after_the_answer(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1; c R 1 : rst; expire : end gone");
		SHAPE(&d.sum[0], ABORTED, NONE, NOBODY);
		HISTORY(&d.sum[0], "ShR");
	}
}

/* The server of a Fast Open has closed; nothing was acknowledged. */
static void aborted_after_the_servers_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 0 10; s SA 0 11; s PA 1 11 100; s FA 101 11 : fin-1;"
		     "c RA 999999 1 : forged_rst; c RA 11 1 : rst; expire : end gone");
		SHAPE(&d.sum[0], ABORTED, NONE, NOBODY);
	}
}

/* A SYN-ACK out of the blue is refused; then its sender asks, with the same number. */
static void asks_after_it_has_answered(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "s SA 0 1 : syn-ack; c R 1 : rst; s S 0 : new syn @SYN");
		dialogue_finish(&d);
		SHAPE(&d.sum[0], ABORTED, NONE, NOBODY);
	}
}

static void answer_again_after_the_abort(void)
{
	while (shape_source(&d, &all))
		PLAY(&d, "c S 0 0 100; s SA 0 101; c R 101 !T : rst end;"
		     "s SA 0 101 : syn-ack*2");
}

static void aborted_by_a_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; c F 1 : fin-1; expire : end gone");
		SHAPE(&d.sum[0], ABORTED, NONE, NOBODY);
		COUNTS(&d.sum[0], 1, 0, 1, 0);
	}
}

#define SHAKE_TWICE "c S 0; s SA 0 1; s SA 77777 1 : syn-ack*2;"

static void syn_cookie_with_another_number(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1; c S 0 +1000 : syn*2;"
		     "s SA 77777 1 : syn-ack*2; c A 1 77778 : ack @OPEN");
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(sum->server_isn, DIALOGUE_Y + 77777);
	}
}

/* Behind one address: the client takes the first answer. */
static void two_servers_answer(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE_TWICE "c A 1 1 : ack @OPEN; s FA 1 1 : fin-1");
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, HALF_CLOSED, SERVER);
		COUNTS(sum, 1, 2, 1, 0);
		TAP_EQUAL(sum->server_isn, DIALOGUE_Y);
		PLAY((dialogue_begin(&d, all), &d),
		     SHAKE_TWICE "c A 1 77778 : ack @OPEN");
		TAP_EQUAL(dialogue_finish(&d)->server_isn, DIALOGUE_Y + 77777);
		PLAY((dialogue_begin(&d, all), &d),
		     SHAKE_TWICE "c A 1 5 : bad_ack @SYN_ACK");
		PLAY((dialogue_begin(&d, all), &d),
		     SHAKE_TWICE "c FA 1 1 : ack fin-1 @FIN");
	}
}

/* A router that answers the SYN itself: the client never learns the server's number. */
static void behind_a_proxy(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c S 0 : syn*2; s SA 77777 1 : syn-ack*2 @OPEN;"
	     "s FA 77878 1 : fin-1; c A 1 102 : ack-1 @HALF; c FA 1 102 : fin-2;"
	     "s A 77879 2 : ack-2 end");
	sum = &d.sum[0];
	SHAPE(sum, ESTABLISHED, FOUR_WAY, SERVER);
	COUNTS(sum, 2, 2, 2, 0);
	TAP_EQUAL(sum->server_isn, DIALOGUE_Y + 77777);
	TAP_EQUAL(sum->bytes_server, 100);
	/* On a wire it would be seen with one number or with the other. */
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "c S 0 : syn*2; s SA 77777 1 : bad_ack @OPEN");
	/* The SYN came again before: so may the answer. */
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0; c S 0; s SA 0 1; c A 1 1 : ack; s SA 77777 1 : bad_ack @OPEN");
}

static void lost_ack_made_good_by_data(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1; c PA 1 1 50 : ack @OPEN");
		TAP_EQUAL(d.step[2].len, 50);
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
	}
}

static void lost_ack_made_good_by_a_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1; c FA 1 1 : ack fin-1 @FIN;"
		     "s FA 1 2; c A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
		TAP_EQUAL(d.step[3].since_ns, 0);
	}
}

static void syn_ack_sent_again_to_an_open_connection(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "s SA 0 1 +1000 : syn-ack*2 @OPEN");
		sum = dialogue_finish(&d);
		COUNTS(sum, 1, 2, 0, 0);
		TAP_EQUAL(sum->client_rtt_ns, 1 * MS);
		HISTORY(sum, "ShA");
	}
}

static void syn_ack_captured_before_its_syn(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "s SA 0 1 : syn-ack; c S 0 : syn @SYN_ACK;"
		     "c A 1 1 : ack @OPEN");
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(sum->server_rtt_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->head.client_port, 40000);
	}
}

static void syn_captured_last_of_three(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "s SA 0 1 : syn-ack; c A 1 1 : ack; c S 0 : syn @OPEN");
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
	}
}

static void ack_captured_before_the_syn_ack(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; c A 1 1 : ack; s SA 0 1 : syn-ack @OPEN;"
	     "c PA 1 1 10; s A 1 11");
	sum = dialogue_finish(&d);
	SHAPE(sum, ESTABLISHED, OPEN, NOBODY);
	COUNTS(sum, 1, 1, 0, 0);
}

static void numbers_wrap_in_the_handshake(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "isn 0xffffffff 0xffffffff;" SHAKE
		     "c FA 1 1 : fin-1; s FA 1 2 : fin-2; c A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
		BYTES(&d.sum[0], 0, 0, 0);
		TAP_EQUAL(d.sum[0].client_isn, 0xffffffff);
	}
}

static void every_segment_of_the_handshake_twice(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; c S 0; s SA 0 1; s SA 0 1; c A 1 1 : ack;"
		     "c A 1 1 : not_awaited @OPEN");
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, OPEN, NOBODY);
		COUNTS(sum, 2, 2, 0, 0);
	}
}

static void handshake_without_its_syn(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "s SA 0 1 : syn-ack; c A 1 1 : ack @OPEN");
		sum = dialogue_finish(&d);
		SHAPE(sum, ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(sum->handshake_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(sum->client_rtt_ns, 1 * MS);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(three_segments),
	TAP_TEST(record_of_phases),
	TAP_TEST(syn_sent_again),
	TAP_TEST(syn_sent_again_with_time_stamps),
	TAP_TEST(syn_ack_sent_again_with_time_stamps),
	TAP_TEST(proof_is_no_time),
	TAP_TEST(ack_out_of_the_window),
	TAP_TEST(unanswered_after_n_syns),
	TAP_TEST(refused_by_a_reset),
	TAP_TEST(refused_whose_syn_was_not_seen),
	TAP_TEST(reset_whose_syn_was_not_seen),
	TAP_TEST(refused_after_the_answer),
	TAP_TEST(unreachable_by_icmp),
	TAP_TEST(unreachable_and_asked_again),
	TAP_TEST(icmp_about_another_number),
	TAP_TEST(unacknowledged),
	TAP_TEST(aborted_before_the_answer),
	TAP_TEST(aborted_after_the_answer),
	TAP_TEST(aborted_after_the_servers_fin),
	TAP_TEST(asks_after_it_has_answered),
	TAP_TEST(answer_again_after_the_abort),
	TAP_TEST(aborted_by_a_fin),
	TAP_TEST(syn_cookie_with_another_number),
	TAP_TEST(two_servers_answer),
	TAP_TEST(behind_a_proxy),
	TAP_TEST(lost_ack_made_good_by_data),
	TAP_TEST(lost_ack_made_good_by_a_fin),
	TAP_TEST(syn_ack_sent_again_to_an_open_connection),
	TAP_TEST(syn_ack_captured_before_its_syn),
	TAP_TEST(syn_captured_last_of_three),
	TAP_TEST(ack_captured_before_the_syn_ack),
	TAP_TEST(numbers_wrap_in_the_handshake),
	TAP_TEST(every_segment_of_the_handshake_twice),
	TAP_TEST(handshake_without_its_syn),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
