/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that are part of the program, each as a text.
 */
#ifndef _TOOLS_EMBED_H
#define _TOOLS_EMBED_H

/* The Makefile names the file as one that its object is made of. */
#define EMBED(name, file)						\
	asm(".section .rodata\n"					\
	    ".global " #name "\n"					\
	    ".type " #name ", @object\n"				\
	    #name ":\n"							\
	    ".incbin \"" file "\"\n"					\
	    ".byte 0\n"							\
	    ".size " #name ", . - " #name "\n"				\
	    ".previous\n")

#endif /* _TOOLS_EMBED_H */
