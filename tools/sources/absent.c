// SPDX-License-Identifier: GPL-2.0
/*
 * What to do when the module is not there. Where the kernel takes only modules
 * whose key it knows (Secure Boot, lockdown, module.sig_enforce), loading it may
 * need one more step, once.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "sources/absent.h"

#define EFI_SECURE_BOOT \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static size_t read_some(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static bool wants_known_keys(void)
{
	char text[64];

	if (read_some("/sys/module/module/parameters/sig_enforce", text,
		      sizeof(text)) && *text == 'Y')
		return true;
	if (read_some("/sys/kernel/security/lockdown", text, sizeof(text)) &&
	    !strstr(text, "[none]"))
		return true;
	/* Four bytes of attributes, then the value. */
	return read_some(EFI_SECURE_BOOT, text, sizeof(text)) == 5 && text[4] == 1;
}

/**
 * absent_advice() - what to do when the module is not there
 *
 * Return: it, for the end of a message.
 */
const char *absent_advice(void)
{
	if (wants_known_keys())
		return "is the module loaded? try: modprobe synfin; if its key is rejected: "
		       "mokutil --import /var/lib/dkms/mok.pub, restart, and enroll it";
	return "is the module loaded? try: modprobe synfin";
}
