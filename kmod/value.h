/* SPDX-License-Identifier: GPL-2.0-only */
/* Between parse.c and value.c. */
#ifndef TCPHASH_VALUE_H
#define TCPHASH_VALUE_H

#include "tcphash.h"

/* A piece of the line; text is NULL for a key that was not given. */
struct token {
	const char *text;
	size_t len;
	unsigned int column;
};

/* Keeps the first error. */
void tcphash_fail(struct tcphash_error *error, unsigned int column, const char *what);
bool tcphash_token_is(const struct token *token, const char *word);

/* Each leaves its target alone, or gives 0, where the value is wrong. */
void tcphash_parse_id(const struct token *value, char *id, struct tcphash_error *error);
u32 tcphash_parse_number(const struct token *value, u32 max, struct tcphash_error *error);
int tcphash_parse_family(const struct token *value, struct tcphash_error *error);
void tcphash_parse_address(const struct token *value, int family, union tcphash_address *address,
			   struct tcphash_error *error);

#endif /* TCPHASH_VALUE_H */
