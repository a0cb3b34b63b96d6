// SPDX-License-Identifier: GPL-2.0
/*
 * The words for what the first bytes of a connection say.
 */
#include "output/fmt.h"
#include "output/util.h"
#include "output/words_first.h"

#define WORD(text)	{ sizeof(text) - 1, text }

static const struct word unknown = WORD("?");

static const struct word protocols[SYNFIN_PROTOCOL_NR] = {
	[SYNFIN_PROTOCOL_NONE]		= WORD("none"),
	[SYNFIN_PROTOCOL_UNKNOWN]	= WORD("unknown"),
	[SYNFIN_PROTOCOL_HTTP1]		= WORD("http1"),
	[SYNFIN_PROTOCOL_HTTP2]		= WORD("http2"),
	[SYNFIN_PROTOCOL_TLS]		= WORD("tls"),
	[SYNFIN_PROTOCOL_SSH]		= WORD("ssh"),
	[SYNFIN_PROTOCOL_SMTP]		= WORD("smtp"),
	[SYNFIN_PROTOCOL_FTP]		= WORD("ftp"),
};

static const struct word methods[SYNFIN_METHOD_NR] = {
	[SYNFIN_METHOD_NONE]	= WORD("none"),
	[SYNFIN_METHOD_GET]	= WORD("GET"),
	[SYNFIN_METHOD_HEAD]	= WORD("HEAD"),
	[SYNFIN_METHOD_POST]	= WORD("POST"),
	[SYNFIN_METHOD_PUT]	= WORD("PUT"),
	[SYNFIN_METHOD_DELETE]	= WORD("DELETE"),
	[SYNFIN_METHOD_CONNECT]	= WORD("CONNECT"),
	[SYNFIN_METHOD_OPTIONS]	= WORD("OPTIONS"),
	[SYNFIN_METHOD_TRACE]	= WORD("TRACE"),
	[SYNFIN_METHOD_PATCH]	= WORD("PATCH"),
};

/* As RFC 8446 and its predecessors spell them. */
static const char *const alerts[] = {
	[10] = "unexpected_message",
	[20] = "bad_record_mac",
	[21] = "decryption_failed",
	[22] = "record_overflow",
	[30] = "decompression_failure",
	[40] = "handshake_failure",
	[41] = "no_certificate",
	[42] = "bad_certificate",
	[43] = "unsupported_certificate",
	[44] = "certificate_revoked",
	[45] = "certificate_expired",
	[46] = "certificate_unknown",
	[47] = "illegal_parameter",
	[48] = "unknown_ca",
	[49] = "access_denied",
	[50] = "decode_error",
	[51] = "decrypt_error",
	[60] = "export_restriction",
	[70] = "protocol_version",
	[71] = "insufficient_security",
	[80] = "internal_error",
	[86] = "inappropriate_fallback",
	[90] = "user_canceled",
	[100] = "no_renegotiation",
	[109] = "missing_extension",
	[110] = "unsupported_extension",
	[111] = "certificate_unobtainable",
	[112] = "unrecognized_name",
	[113] = "bad_certificate_status_response",
	[114] = "bad_certificate_hash_value",
	[115] = "unknown_psk_identity",
	[116] = "certificate_required",
	[120] = "no_application_protocol",
};

/**
 * word_protocol() - the name of a protocol
 * @protocol: enum synfin_protocol
 *
 * Return: the word.
 */
const struct word *word_protocol(unsigned int protocol)
{
	return protocol < ARRAY_SIZE(protocols) ? &protocols[protocol] : &unknown;
}

/**
 * word_method() - the name of a method
 * @method: enum synfin_method
 *
 * Return: the word.
 */
const struct word *word_method(unsigned int method)
{
	return method < ARRAY_SIZE(methods) ? &methods[method] : &unknown;
}

/**
 * word_alert() - the name of an alert of TLS
 * @alert: its number
 *
 * Return: the name, NULL if there is none.
 */
const char *word_alert(unsigned int alert)
{
	return alert < ARRAY_SIZE(alerts) ? alerts[alert] : NULL;
}

/**
 * word_tls_version() - append the version of TLS
 * @p:		where to
 * @version:	as on the wire
 *
 * Return: the end.
 */
char *word_tls_version(char *p, unsigned int version)
{
	if (version == 0x0300)
		return fmt_text(p, "ssl3");
	if (version > 0x0300 && version <= 0x0304) {
		p = fmt_text(p, "1.");
		return fmt_u64(p, version - 0x0301);
	}
	/* A draft, or what nobody has heard of. */
	return fmt_text(p, "other");
}
