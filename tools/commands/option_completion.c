// SPDX-License-Identifier: GPL-2.0
/*
 * Completion for shells, made of the tables of commands and options.
 */
#include <stdio.h>
#include <string.h>

#include "commands/cmd.h"
#include "output/complain.h"

static bool is_of_files(const struct option_row *row)
{
	return !row->words || !strcmp(row->words, "FILE");
}

static bool is_of_folders(const struct option_row *row)
{
	return row->words && !strcmp(row->words, "FOLDER");
}

static bool is_of_columns(const struct option_row *row)
{
	return row->words && !strcmp(row->words, "COLUMNS");
}

/* What may follow a command that is about something. */
static void put_topics(const struct command *command)
{
	if (strcmp(command->topic, "COMMAND")) {
		printf("bash zsh fish");
		return;
	}
	for (const struct command *c = command_table; c->name; c++)
		printf("%s%s", c == command_table ? "" : " ", c->name);
}

/*
 * What a program of its own can be told is in its help: lines of options, "      --name
 * VALUE  what for" or "  -n, --name ...", and of questions, "  name  ...".
 */
#define HELP_WORDS "sed -n 's/^  \\(    \\|-., \\)\\(--[a-z-]*\\).*/\\2/p;" \
		   "s/^  \\([a-z-]*\\)  .*/\\1/p'"

static bool is_service(const struct command *command)
{
	return command->bit == CMD_SERVICE;
}

static void bash_option(const struct option_row *row, const struct command *command)
{
	printf("\t%s", command ? command->name : "*");
	printf(":--%s", row->name);
	if (row->letter)
		printf("|%s:-%c", command ? command->name : "*", row->letter);
	if (is_of_columns(row))
		puts(") _synfin_list \"$(_synfin_columns $command)\"; return ;;");
	else if (is_of_files(row))
		puts(") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;");
	else if (is_of_folders(row))
		puts(") COMPREPLY=($(compgen -d -- \"$cur\")); return ;;");
	else
		printf(") _synfin_list '%s'; return ;;\n", row->words);
}

/* Options of one name have different values with different commands. */
static void bash_options(void)
{
	for (const struct command *c = command_table; c->name; c++)
		if (is_service(c))
			printf("\t%s:*) ;;\n", c->name);
	for (const struct option_row *row = option_table; row->name; row++) {
		if (!row->argument)
			continue;
		if (!row[1].name || strcmp(row->name, row[1].name)) {
			bash_option(row, NULL);
			continue;
		}
		for (const struct command *c = command_table; c->name; c++)
			if (row->commands & c->bit)
				bash_option(row, c);
	}
}

static void bash_completion(void)
{
	puts("# bash completion for synfin, made by: synfin completion bash\n"
	     "_synfin_columns() {\n"
	     "\tsynfin \"${1:-conns}\" -o help 2>/dev/null | cut -d ' ' -f 1\n"
	     "}\n"
	     "_synfin_list() {\n"
	     "\tlocal before=\n"
	     "\t[[ $cur != *,* ]] || before=${cur%,*},\n"
	     "\tCOMPREPLY=($(compgen -P \"$before\" -W \"$1\" -- \"${cur##*,}\"))\n"
	     "}\n"
	     "_synfin_help() {\n"
	     "\tsynfin \"$1\" --help 2>/dev/null\n"
	     "}\n"
	     "_synfin() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	     "\tlocal word command= options=\n"
	     "\tCOMPREPLY=()\n"
	     "\tif [[ $cur == = ]]; then\n"
	     "\t\tcur=\n"
	     "\telif [[ $prev == = ]]; then\n"
	     "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
	     "\tfi\n"
	     "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	     "\t\tcase $word in");
	printf("\t\t");
	for (const struct command *c = command_table; c->name; c++)
		printf("%s%s", c == command_table ? "" : "|", c->name);
	puts(") command=$word; break ;;\n\t\tesac\n\tdone\n\tcase $command:$prev in");
	bash_options();
	puts("\tesac\n\tcase $command in");
	for (const struct command *c = command_table; c->name; c++) {
		if (is_service(c)) {
			printf("\t%s)\n"
			       "\t\tif _synfin_help %s | grep -q \"^  .*$prev\\(, --[a-z]*\\)\\? [A-Z]\"; then\n"
			       "\t\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
			       "\t\t\treturn\n\t\tfi\n"
			       "\t\toptions=$(_synfin_help %s |\n\t\t\t" HELP_WORDS ") ;;\n",
			       c->name, c->name, c->name);
			continue;
		}
		printf("\t%s%s) options='", c->name,
		       c->bit == CMD_CONNS ? "|''" : "");
		for (const struct option_row *row = option_table; row->name; row++)
			if (row->commands & c->bit)
				printf("--%s ", row->name);
		if (c->topic)
			put_topics(c);
		puts("' ;;");
	}
	printf("\tesac\n\tif [[ -z $command && $cur != -* ]]; then\n"
	       "\t\toptions='");
	for (const struct command *c = command_table; c->name; c++)
		printf("%s ", c->name);
	puts("'\n\tfi\n"
	     "\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
	     "}\n"
	     "complete -F _synfin synfin");
}

/* As zsh and fish quote: '...' in which ' is '\''. */
static void put_quoted(const char *text, const char *also)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(also, *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

/* What an option means, and what may be its value. */
static void zsh_value(const struct option_row *row)
{
	putchar('[');
	put_quoted(row->help, ":[]");
	putchar(']');
	if (!row->argument) {
		puts("'");
		return;
	}
	printf(row->optional ? "::" : ":");
	put_quoted(row->argument, ":[]");
	if (is_of_columns(row))
		printf(":_synfin_columns");
	else if (is_of_files(row))
		printf(":_files");
	else if (is_of_folders(row))
		printf(":_files -/");
	else
		printf(":(%s)", row->words);
	puts("'");
}

static void zsh_completion(void)
{
	puts("#compdef synfin\n# made by: synfin completion zsh\n"
	     "_synfin_columns() {\n"
	     "\tcompadd -- ${(f)\"$(synfin ${command:-conns} -o help 2>/dev/null |\n"
	     "\t\tcut -d ' ' -f 1)\"}\n"
	     "}\n"
	     "_synfin_help() {\n"
	     "\tsynfin $command --help 2>/dev/null\n"
	     "}\n"
	     "_synfin_questions() {\n"
	     "\tcompadd -- ${(f)\"$(_synfin_help | sed -n 's/^  \\([a-z-]*\\)  .*/\\1/p')\"}\n"
	     "}\n"
	     "_synfin() {\n\tlocal command=${words[(r)("
	     );
	for (const struct command *c = command_table; c->name; c++)
		printf("%s%s", c == command_table ? "" : "|", c->name);
	puts(")]}\n\tlocal -a options\n\tcase ${command:-conns} in");
	for (const struct command *c = command_table; c->name; c++) {
		if (is_service(c)) {
			printf("\t%s) options=(${(f)\"$(_synfin_help |\n"
			       "\t\tsed -n 's/^  \\(    \\|-., \\)\\(--[a-z-]*\\)  .*/\\2/p;"
			       "s/^  \\(    \\|-., \\)\\(--[a-z-]*\\) .*/\\2: :_files/p')\"}\n"
			       "\t\t'2: :_synfin_questions') ;;\n", c->name);
			continue;
		}
		printf("\t%s) options=(\n", c->name);
		for (const struct option_row *row = option_table; row->name; row++) {
			if (!(row->commands & c->bit))
				continue;
			printf("\t\t'%s--%s", row->many ? "*" : "", row->name);
			zsh_value(row);
			if (!row->letter)
				continue;
			printf("\t\t'%s-%c", row->many ? "*" : "", row->letter);
			zsh_value(row);
		}
		if (c->topic) {
			printf("\t\t'2:%s:(", c->topic);
			put_topics(c);
			puts(")'");
		}
		puts("\t) ;;");
	}
	printf("\tesac\n\t_arguments $options '1:command:((");
	for (const struct command *c = command_table; c->name; c++) {
		printf("%s\\:\"", c->name);
		put_quoted(c->help, ":()\"");
		printf("\" ");
	}
	puts("))'\n}\n_synfin \"$@\"");
}

static void fish_completion(void)
{
	puts("# fish completion for synfin, made by: synfin completion fish");
	for (const struct command *c = command_table; c->name; c++) {
		printf("complete -c synfin -f -n __fish_use_subcommand -a %s -d '",
		       c->name);
		put_quoted(c->help, "\\");
		puts("'");
		if (is_service(c))
			printf("complete -c synfin -n '__fish_seen_subcommand_from %s' -a "
			       "\"(synfin %s --help 2>/dev/null | " HELP_WORDS ")\"\n",
			       c->name, c->name);
		if (!c->topic)
			continue;
		printf("complete -c synfin -f -n '__fish_seen_subcommand_from %s' -a '",
		       c->name);
		put_topics(c);
		puts("'");
	}
	for (const struct option_row *row = option_table; row->name; row++) {
		printf("complete -c synfin -l %s", row->name);
		if (row->letter)
			printf(" -s %c", row->letter);
		if (row->commands != (uint32_t)CMD_ALL) {
			printf(" -n '__fish_seen_subcommand_from");
			for (const struct command *c = command_table; c->name; c++)
				if (row->commands & c->bit)
					printf(" %s", c->name);
			printf("%s'", row->commands & CMD_CONNS ?
			       "; or __fish_use_subcommand" : "");
		}
		if (row->argument && is_of_columns(row))
			printf(" -x -a '(synfin (commandline -opc)[2] -o help 2>/dev/null | "
			       "string match -r \"^[^ ]+\")'");
		else if (row->argument && (is_of_files(row) || is_of_folders(row)))
			printf(" -r -F");
		else if (row->argument)
			printf(" -x -a '%s'", row->words);
		printf(" -d '");
		put_quoted(row->help, "\\");
		puts("'");
	}
}

/**
 * help_completion() - what makes a shell complete words
 * @shell: its name, or NULL
 *
 * Return: the exit status.
 */
int help_completion(const char *shell)
{
	if (shell && !strcmp(shell, "bash")) {
		bash_completion();
	} else if (shell && !strcmp(shell, "zsh")) {
		zsh_completion();
	} else if (shell && !strcmp(shell, "fish")) {
		fish_completion();
	} else {
		complain("completion: for which shell? try: synfin completion bash, zsh or fish");
		return 2;
	}
	return help_said();
}
