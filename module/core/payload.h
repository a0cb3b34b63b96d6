/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the first bytes of a connection say: which protocol, and where its time went.
 *
 * Only what is needed for that is looked at: HTTP/1's method and status code, HTTP/2's
 * preface, the headers of TLS's records and handshake messages, the first words of SSH,
 * SMTP and FTP. Nothing is decrypted, and of what was read only the result is kept. The
 * server's name and the protocol that TLS negotiates are kept only if they are asked for.
 *
 * Pure, and fed piece by piece: a header may be cut anywhere, down to single bytes. What
 * strangers wrote is never believed: each length is held against what surrounds it.
 *
 *	payload.c	whose bytes come next, and what they are
 *	payload_words.c	the words that protocols begin with
 *	payload_tls.c	records and messages of TLS
 *	payload_hello.c	what its hellos say
 *	payload_report.c what records say of it
 *	ftp.c		what FTP's control connection says after that
 */
#ifndef _SYNFIN_PAYLOAD_H
#define _SYNFIN_PAYLOAD_H

#include <linux/types.h>
#ifndef __KERNEL__
#include <stdbool.h>
#endif
#include "uapi/synfin.h"

/* Bits of synfin_payload.flags. */
#define SYNFIN_PAYLOAD_GAP	0x01	/* bytes are missing: nothing is read any more */
#define SYNFIN_PAYLOAD_SERVER_FIRST 0x02 /* the server spoke before the client */
#define SYNFIN_PAYLOAD_NAMES	0x04	/* names are kept */
#define SYNFIN_PAYLOAD_GREETED	0x08	/* the server said 220 first */
#define SYNFIN_PAYLOAD_LISTENS	0x10	/* FTP's control connection: ftp.h reads on */

/**
 * struct synfin_tls_end - where in TLS the bytes of one end are
 * @record_head: a record's header that is not whole yet
 * @record_have: how many bytes of it there are
 * @head:	likewise, of a message or a field
 * @have:	likewise
 * @record_type: of the record that is under way
 * @message:	type of the handshake message
 * @record_left: bytes of it that have not come
 * @message_left: of a handshake message, likewise
 * @fields_left: of the field or list that is read
 * @list_left:	of the extensions
 * @name_rest:	of an extension, behind its first name
 * @session:	a hash of the session's identifier
 * @extension:	type of the extension that is read
 * @step:	what of it comes next
 * @retry:	bytes of a HelloRetryRequest's random number that agree
 * @session_len: how long that is
 * @in_message:	a handshake message is under way
 * @sealed:	what follows is encrypted
 */
struct synfin_tls_end {
	__u8	record_head[5];
	__u8	record_have;
	__u8	head[5];
	__u8	have;
	__u8	record_type;
	__u8	message;
	__u32	record_left;
	__u32	message_left;
	__u32	fields_left;
	__u32	list_left;
	__u32	name_rest;
	__u32	session;
	__u16	extension;
	__u8	step;
	__u8	retry;
	__u8	session_len;
	__u8	in_message;
	__u8	sealed;
};

/**
 * struct synfin_tls - what is needed only while TLS is read, and names
 * @end:	where both ends are, by enum synfin_from
 * @finished:	whose Finished was seen, a bit for each end
 * @sealed_at:	the client's number behind the segment that ended the handshake
 * @sni_len:	how long @sni is
 * @alpn_len:	how long @alpn is
 * @sni:	name of the server that the client asked for
 * @alpn:	protocol that was chosen, or else offered first
 */
struct synfin_tls {
	struct synfin_tls_end end[2];
	__u32	sealed_at;
	__u8	finished;
	__u8	sni_len;
	__u8	alpn_len;
	__u8	sni[SYNFIN_SNI_MAX];
	__u8	alpn[SYNFIN_ALPN_MAX];
};

/**
 * enum synfin_in_line - where in a line the bytes of an end are
 * @SYNFIN_LINE_BEGINS:	what comes next begins one
 * @SYNFIN_LINE_KEPT:	it has begun, and what came of it is kept
 * @SYNFIN_LINE_LOST:	it has begun, and is not kept
 */
enum synfin_in_line {
	SYNFIN_LINE_BEGINS,
	SYNFIN_LINE_KEPT,
	SYNFIN_LINE_LOST,
};

/* The longest line that is put together of several segments. */
#define SYNFIN_LINE_MAX		112

/**
 * struct synfin_lines - lines that are not whole yet, of FTP's control connection
 * @text:	what came of each, by enum synfin_from
 * @nr:		how much that is
 */
struct synfin_lines {
	__u8	text[2][SYNFIN_LINE_MAX];
	__u8	nr[2];
};

/**
 * struct synfin_stream - what one end has said
 * @next:	sequence number of the byte that comes next
 * @ahead:	of bytes that passed before those, where they begin
 * @ahead_end:	and where they end; the same if there are none
 * @said:	its first bytes, to tell what they are
 * @nr:		how many there are
 * @settled:	what they are is known, or will not be
 * @broken:	this is not TLS after all
 * @in_line:	of FTP: it has not ended its line, see enum synfin_in_line
 */
struct synfin_stream {
	__u32	next;
	__u32	ahead;
	__u32	ahead_end;
	__u8	said[24];
	__u8	nr;
	__u8	settled;
	__u8	broken;
	__u8	in_line;
};

/**
 * struct synfin_payload - what the first bytes of both ends have told
 * @first_ns:		when the first byte of the client, and of the server, came; or 0
 * @hello_ns:		when the ClientHello came; or 0, as those that follow
 * @server_hello_ns:	when the ServerHello came
 * @secured_ns:		when TLS's handshake was over
 * @app_ns:		when the first data inside TLS came, of either end
 * @tls:		memory for TLS, as long as it is wanted
 * @lines:		with SYNFIN_PAYLOAD_LISTENS, the same memory for lines; may be NULL
 * @status:		of the first response; 0 if not known
 * @tls_version:	as on the wire: 0x0303 is TLS 1.2; 0 if not known
 * @protocol:		enum synfin_protocol
 * @method:		enum synfin_method
 * @alert:		the first alert's description (RFC 8446, 6)
 * @tls_flags:		SYNFIN_TLS_*
 * @flags:		SYNFIN_PAYLOAD_*
 * @port:		the server's, with SYNFIN_PAYLOAD_LISTENS
 * @end:		what each end said, by enum synfin_from
 */
struct synfin_payload {
	__u64	first_ns[2];
	__u64	hello_ns;
	__u64	server_hello_ns;
	__u64	secured_ns;
	__u64	app_ns[2];
	union {
		struct synfin_tls *tls;
		struct synfin_lines *lines;
	};
	__u16	status;
	__u16	tls_version;
	__u8	protocol;
	__u8	method;
	__u8	alert;
	__u8	tls_flags;
	__u8	flags;
	__u16	port;
	struct synfin_stream end[2];
};

/**
 * struct synfin_told - what the summary of a connection says of its first bytes
 * @request_ns:	as of struct synfin_record_conn, as all that follow
 * @response_ns: likewise
 * @status:	likewise
 * @protocol:	likewise; if it is SYNFIN_PROTOCOL_NONE, the others hold anything
 * @method:	likewise
 * @server_first: the server spoke first
 */
struct synfin_told {
	__u64	request_ns;
	__u64	response_ns;
	__u16	status;
	__u8	protocol;
	__u8	method;
	bool	server_first;
};

/* payload.c */
void synfin_payload_init(struct synfin_payload *p, __u32 client_next,
			 __u32 server_next, bool names);
void synfin_payload_early(struct synfin_payload *p, __u64 now);
bool synfin_payload_may_be_tls(const struct synfin_payload *p, unsigned int from,
			       __u8 first);
__u32 synfin_payload_begin(struct synfin_payload *p, unsigned int from, __u32 seq,
			   __u32 len, __u64 now);
__u32 synfin_payload_skip(struct synfin_payload *p, unsigned int from, __u32 len);
void synfin_payload_feed(struct synfin_payload *p, unsigned int from,
			 const __u8 *bytes, __u32 len, __u64 now);
void synfin_payload_end(struct synfin_payload *p, unsigned int from, __u32 lack);
bool synfin_payload_is_done(const struct synfin_payload *p);

/* payload_report.c */
void synfin_payload_tell(const struct synfin_payload *p, __u64 open_ns,
			 struct synfin_told *told);
void synfin_payload_told(const struct synfin_told *told, struct synfin_record_conn *rec);
void synfin_payload_summary(const struct synfin_payload *p, __u64 open_ns,
			    struct synfin_record_conn *rec);
bool synfin_payload_tells_tls(const struct synfin_payload *p);
void synfin_payload_tls(const struct synfin_payload *p, __u64 open_ns,
			struct synfin_record_tls *rec);

#endif /* _SYNFIN_PAYLOAD_H */
