# SPDX-License-Identifier: GPL-2.0
"""Shapes of which every segment is written by hand; a dialogue each.

(name, what must be said of it, script, x, y). What must be said: opening, closing
and closer, then the phases, each with > from the client or < from the server, and
how many times it was sent when it was recorded last, if not once: it is recorded the
1st, 2nd, 4th ... time. Shapes on the same endpoints are divided by "|" in both.
"""
OPEN = "> S 0; < SA 0:1; > A 1:1;"
DATA = "> PA 1:1+10; < A 1:11; < PA 1:11+20; > A 11:21;"
FOUR = "> FA 11:21; < A 21:12; < FA 21:12; > A 12:22"
FOUR_BY_SERVER = "< FA 21:11; > A 11:22; > FA 11:22; < A 22:12"
EST = "syn> syn-ack< ack>"
CLOSE = "fin-1> ack-1< fin-2< ack-2>"
ORDINARY = "established four-way client: " + EST + " " + CLOSE


def twice(script):
    return ";".join(s + ";" + s for s in script.split(";") if s.strip())


SHAPES = [
    ("four-way, client first", ORDINARY, OPEN + DATA + FOUR),
    ("four-way, server first",
     "established four-way server: " + EST + " fin-1< ack-1> fin-2> ack-2<",
     OPEN + DATA + FOUR_BY_SERVER),
    ("three-way, client first",
     "established three-way client: " + EST + " fin-1> fin-2< ack-2>",
     OPEN + "> FA 1:1; < FA 1:2; > A 2:2"),
    ("three-way, server first",
     "established three-way server: " + EST + " fin-1< fin-2> ack-2<",
     OPEN + "< FA 1:1; > FA 1:2; < A 2:2"),
    ("simultaneous open",
     "simultaneous four-way client: syn> syn< syn-ack> syn-ack< " + CLOSE,
     "> S 0; < S 0; > SA 0:1; < SA 0:1; > FA 1:1; < A 1:2; < FA 1:2; > A 2:2"),
    ("simultaneous open, plain ACKs",
     "simultaneous four-way client: syn> syn< ack> ack< " + CLOSE,
     "> S 0; < S 0; > A 1:1; < A 1:1; > FA 1:1; < A 1:2; < FA 1:2; > A 2:2"),
    ("simultaneous close",
     "established simultaneous both: " + EST + " fin-1> fin-2< ack-2> ack-1<",
     OPEN + "> FA 1:1; < FA 1:1; > A 2:2; < A 2:2"),
    ("half close, data the other way", ORDINARY,
     OPEN + "> FA 1:1; < A 1:2; < PA 1:2+100; > A 2:101; < PA 101:2+1000;"
     "> A 2:1101; < FA 1101:2; > A 2:1102"),
    ("refused", "refused null null: syn> rst<", "> S 0; < RA 0:1"),
    ("refused after its SYN-ACK", "refused null null: syn> syn-ack< rst<",
     "> S 0; < SA 0:1; < R 1"),
    ("aborted before the answer", "aborted null null: syn> rst>", "> S 0; > R 1"),
    ("aborted by a FIN", "aborted null null: syn> fin-1>", "> S 0; > F 1"),
    ("aborted after the answer", "aborted null null: syn> syn-ack< rst>",
     "> S 0; < SA 0:1; > R 1"),
    ("reset by the client", "established reset client: " + EST + " rst>",
     OPEN + DATA + "> RA 11:21"),
    ("reset by the server", "established reset server: " + EST + " rst<",
     OPEN + DATA + "< RA 21:11"),
    ("reset by the closer after its FIN",
     "established reset client: " + EST + " fin-1> rst>",
     OPEN + "> FA 1:1; > R 2"),
    ("reset by the other end after the FIN",
     "established reset server: " + EST + " fin-1> rst<",
     OPEN + "> FA 1:1; < RA 1:2"),
    ("reset in the half close",
     "established reset server: " + EST + " fin-1> ack-1< rst<",
     OPEN + "> FA 1:1; < A 1:2; < RA 1:2"),
    ("reset instead of the last ACK",
     "established reset client: " + EST + " fin-1> ack-1< fin-2< rst>",
     OPEN + "> FA 1:1; < A 1:2; < FA 1:2; > R 2"),
    ("reset in TIME_WAIT", ORDINARY + " rst>", OPEN + DATA + FOUR + "; > R 12"),
    ("unanswered", "unanswered null null: syn>2 timeout<", "> S 0; > S 0; > S 0"),
    ("unacknowledged", "unacknowledged null null: syn> syn-ack<2 timeout>",
     "> S 0; < SA 0:1; < SA 0:1; < SA 0:1"),
    ("Fast Open, data accepted", ORDINARY,
     "> S 0+10; < SA 0:11; < PA 1:11+20; > A 11:21;" + FOUR),
    ("data in the SYN, not accepted", ORDINARY,
     "> S 0+10; < SA 0:1; > PA 1:1+10; < PA 1:11+20; > A 11:21;" + FOUR),
    ("the ACK lost, made good by data",
     ORDINARY.replace("syn-ack<", "syn-ack<2"),
     "> S 0; < SA 0:1; < SA 0:1; " + DATA + FOUR),
    ("the SYN-ACK lost", ORDINARY.replace("syn>", "syn>2"),
     "> S 0;" + OPEN + DATA + FOUR),
    ("FIN with data", ORDINARY, OPEN + "> FPA 1:1+20; < A 1:22; < FPA 1:22+9;"
     "> A 22:11"),
    ("FIN repeated", ORDINARY.replace("fin-1>", "fin-1>2"),
     OPEN + DATA + "> FA 11:21; > FA 11:21; > FA 11:21;"
     "< A 21:12; < FA 21:12; > A 12:22"),
    ("second FIN repeated", ORDINARY.replace("fin-2<", "fin-2<2")
     .replace("ack-2>", "ack-2>2"),
     OPEN + DATA + FOUR + "; < FA 21:12; > A 12:22"),
    ("each segment twice",
     "established four-way client: syn>2 syn-ack<2 ack> fin-1>2 ack-1< fin-2<2 "
     "ack-2>", twice(OPEN + DATA + FOUR)),
    ("data overtaken by its FIN", ORDINARY,
     OPEN + "> FA 11:1; > PA 1:1+10; < A 1:12; < FA 1:12; > A 12:2"),
    ("the ACK overtaken by data", ORDINARY,
     "> S 0; < SA 0:1; > PA 1:1+10; > A 1:1; < A 1:11; < PA 1:11+20; > A 11:21;"
     + FOUR),
    ("the first ACK overtaken by the second FIN",
     "established three-way client: " + EST + " fin-1> fin-2< ack-2>",
     OPEN + "> FA 1:1; < FA 1:2; < A 1:2; > A 2:2"),
    ("wraps in the handshake", ORDINARY, OPEN + DATA + FOUR, -1, -1),
    ("wraps after the SYN", ORDINARY, OPEN + DATA + FOUR, -2, -2),
    ("wraps in the data", ORDINARY, OPEN + DATA + FOUR, -5, -9),
    ("wraps in the close", ORDINARY, OPEN + DATA + FOUR, -12, -22),
    ("wraps with the FIN", ORDINARY, OPEN + DATA + FOUR, -11, -21),
    ("keepalives and window probes", ORDINARY,
     OPEN + DATA + "> A 10:21; < A 21:11; < A 20:11; > A 11:21; > A 10:21+1;"
     "< A 21:11;" + FOUR),
    ("keepalives in the half close", ORDINARY,
     OPEN + "> FA 1:1; < A 1:2; < A 0:2; > A 2:1; < A 0:2+1; > A 2:1;"
     "< FA 1:2; > A 2:2"),
    ("older than the module",
     "midstream four-way client: " + CLOSE,
     "> PA 1:1+10; < A 1:11; > FA 11:1; < A 1:12; < FA 1:12; > A 12:2"),
    ("older than the module, reset", "midstream reset client: rst>",
     "> PA 1:1+10; < A 1:11; > RA 11:1"),
    ("closed by the server before the ACK was seen",
     "established four-way server: " + EST.replace(" ack>", "") +
     " fin-1< ack> ack-1> fin-2> ack-2<",
     "> S 0; < SA 0:1; < FA 1:1; > A 1:2; > FA 1:2; < A 2:2"),
    ("the port again, a new number", ORDINARY + "|" + ORDINARY,
     OPEN + DATA + FOUR + "|" + OPEN + DATA + FOUR),
    ("the port again after a reset",
     "established reset client: " + EST + " rst>|" + ORDINARY,
     OPEN + "> RA 1:1|" + OPEN + DATA + FOUR),
    ("the port again after a refusal",
     "refused null null: syn> rst<|" + ORDINARY,
     "> S 0; < RA 0:1|" + OPEN + DATA + FOUR),
    ("another SYN from the port of an unanswered one",
     "unanswered null null: syn>2 timeout<|" + ORDINARY, "> S 0; > S 0|" + OPEN + DATA +
     FOUR),
]
