/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_NUMBER_H
#define _TOOLS_NUMBER_H

int daemon_number(const char *option, const char *value, unsigned int most,
		  unsigned int *result);

#endif /* _TOOLS_NUMBER_H */
