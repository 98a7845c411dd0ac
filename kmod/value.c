// SPDX-License-Identifier: GPL-2.0-only
/* The values of a request's keys. Pure, as parse.c. */
#include "tcphash.h"
#include "value.h"

/* The first error is the one reported: later ones are often its consequence. */
void tcphash_fail(struct tcphash_error *error, unsigned int column, const char *what)
{
	if (error->what)
		return;
	error->code = "EINVAL";
	error->column = column;
	error->what = what;
}

bool tcphash_token_is(const struct token *token, const char *word)
{
	return token->len == strlen(word) && !memcmp(token->text, word, token->len);
}

void tcphash_parse_id(const struct token *value, char *id, struct tcphash_error *error)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
	size_t i;

	if (!value->text)
		return;
	if (!value->len || value->len > TCPHASH_ID_MAX)
		return tcphash_fail(error, value->column, "id is 1 to 32 characters");
	for (i = 0; i < value->len; i++)
		if (!memchr(allowed, value->text[i], sizeof(allowed) - 1))
			return tcphash_fail(error, value->column + i, "bad character in id");
	memcpy(id, value->text, value->len);
}

u32 tcphash_parse_number(const struct token *value, u32 max, struct tcphash_error *error)
{
	u64 number = 0;
	size_t i;

	if (!value->text)
		return 0;
	if (!value->len)
		tcphash_fail(error, value->column, "bad number");
	for (i = 0; i < value->len; i++) {
		if (value->text[i] < '0' || value->text[i] > '9') {
			tcphash_fail(error, value->column + i, "bad number");
			return 0;
		}
		number = number * 10 + (value->text[i] - '0');
		if (number > max) {
			tcphash_fail(error, value->column, "number too large");
			return 0;
		}
	}
	return number;
}

int tcphash_parse_family(const struct token *value, struct tcphash_error *error)
{
	if (tcphash_token_is(value, "4"))
		return AF_INET;
	if (!tcphash_token_is(value, "6"))
		tcphash_fail(error, value->column, "family is 4 or 6");
	return AF_INET6;
}

/* As ipv6_addr_v4mapped() of include/net/ipv6.h. */
static bool v4mapped(const struct in6_addr *address)
{
	static const u8 prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, prefix, sizeof(prefix));
}

void tcphash_parse_address(const struct token *value, int family, union tcphash_address *address,
			   struct tcphash_error *error)
{
	bool colon = memchr(value->text, ':', value->len);
	const char *end = value->text;
	int ok;

	if (family == AF_INET && colon)
		return tcphash_fail(error, value->column, "IPv6 address, but family=4");
	if (family == AF_INET6 && value->len && !colon)
		return tcphash_fail(error, value->column, "not an IPv6 address, but family=6");

	if (family == AF_INET)
		ok = in4_pton(value->text, value->len, (u8 *)&address->v4, -1, &end);
	else
		ok = in6_pton(value->text, value->len, (u8 *)&address->v6, -1, &end);
	/* Without a delimiter both stop, content, at the first strange byte. */
	if (!ok || end != value->text + value->len)
		return tcphash_fail(error, value->column, "bad address");
	if (family == AF_INET6 && v4mapped(&address->v6))
		tcphash_fail(error, value->column, "v4-mapped address: ask with family=4");
}
