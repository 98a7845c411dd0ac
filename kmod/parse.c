// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request line to a struct tcphash_request: see the grammar in tcphash.h.
 * Pure, so that it can be built and fuzzed in user space: compat.h.
 */
#include "tcphash.h"

enum pair_key {
	KEY_FAMILY, KEY_SADDR, KEY_SPORT, KEY_DADDR, KEY_DPORT,
	KEY_NETNS, KEY_DIF, KEY_SDIF, KEY_ID,
	KEYS
};

static const struct {
	const char *name;
	const char *missing;	/* what to say, or NULL where the key may be absent */
} keys[KEYS] = {
	[KEY_FAMILY]	= { "family", "missing key family" },
	[KEY_SADDR]	= { "saddr", "missing key saddr" },
	[KEY_SPORT]	= { "sport", "missing key sport" },
	[KEY_DADDR]	= { "daddr", "missing key daddr" },
	[KEY_DPORT]	= { "dport", "missing key dport" },
	[KEY_NETNS]	= { "netns", NULL },
	[KEY_DIF]	= { "dif", NULL },
	[KEY_SDIF]	= { "sdif", NULL },
	[KEY_ID]	= { "id", NULL },
};

/* A piece of the line; text is NULL for a key that was not given. */
struct token {
	const char *text;
	size_t len;
	unsigned int column;
};

/* The first error is the one reported: later ones are often its consequence. */
static void fail(struct tcphash_error *error, unsigned int column, const char *what)
{
	if (error->what)
		return;
	error->code = "EINVAL";
	error->column = column;
	error->what = what;
}

static bool token_is(const struct token *token, const char *word)
{
	return token->len == strlen(word) && !memcmp(token->text, word, token->len);
}

static bool next_token(const char *line, size_t len, size_t *at, struct token *token)
{
	size_t start = *at, end;

	while (start < len && line[start] == ' ')
		start++;
	for (end = start; end < len && line[end] != ' '; end++)
		;
	token->text = line + start;
	token->len = end - start;
	token->column = start + 1;
	*at = end;
	return token->len > 0;
}

static void check_printable(const char *line, size_t len, struct tcphash_error *error)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			return fail(error, i + 1, "not printable ASCII");
}

static enum tcphash_verb parse_verb(const struct token *token, struct tcphash_error *error)
{
	if (token_is(token, "version"))
		return TCPHASH_VERSION_REQUEST;
	if (!token_is(token, "lookup"))
		fail(error, token->column, token->len ? "unknown request" : "empty request");
	return TCPHASH_LOOKUP;
}

/* Sorts "key=value" into values[key]. */
static void parse_pair(const struct token *pair, enum tcphash_verb verb, struct token *values,
		       struct tcphash_error *error)
{
	const char *equals = memchr(pair->text, '=', pair->len);
	struct token name = *pair;
	unsigned int key;

	if (!equals)
		return fail(error, pair->column, "not key=value");
	name.len = equals - pair->text;
	for (key = 0; key < KEYS; key++)
		if (token_is(&name, keys[key].name))
			break;
	if (key == KEYS || (verb == TCPHASH_VERSION_REQUEST && key != KEY_ID))
		return fail(error, pair->column, "unknown key");
	if (values[key].text)
		return fail(error, pair->column, "key given twice");
	values[key].text = equals + 1;
	values[key].len = pair->len - name.len - 1;
	values[key].column = pair->column + name.len + 1;
}

static void parse_id(const struct token *value, char *id, struct tcphash_error *error)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
	size_t i;

	if (!value->text)
		return;
	if (!value->len || value->len > TCPHASH_ID_MAX)
		return fail(error, value->column, "id is 1 to 32 characters");
	for (i = 0; i < value->len; i++)
		if (!memchr(allowed, value->text[i], sizeof(allowed) - 1))
			return fail(error, value->column + i, "bad character in id");
	memcpy(id, value->text, value->len);
}

static u32 parse_number(const struct token *value, u32 max, struct tcphash_error *error)
{
	u64 number = 0;
	size_t i;

	if (!value->text)
		return 0;
	if (!value->len)
		fail(error, value->column, "bad number");
	for (i = 0; i < value->len; i++) {
		if (value->text[i] < '0' || value->text[i] > '9') {
			fail(error, value->column + i, "bad number");
			return 0;
		}
		number = number * 10 + (value->text[i] - '0');
		if (number > max) {
			fail(error, value->column, "number too large");
			return 0;
		}
	}
	return number;
}

static int parse_family(const struct token *value, struct tcphash_error *error)
{
	if (token_is(value, "4"))
		return AF_INET;
	if (!token_is(value, "6"))
		fail(error, value->column, "family is 4 or 6");
	return AF_INET6;
}

/* As ipv6_addr_v4mapped() of include/net/ipv6.h. */
static bool v4mapped(const struct in6_addr *address)
{
	static const u8 prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, prefix, sizeof(prefix));
}

static void parse_address(const struct token *value, int family, union tcphash_address *address,
			  struct tcphash_error *error)
{
	bool colon = memchr(value->text, ':', value->len);
	const char *end = value->text;
	int ok;

	if (family == AF_INET && colon)
		return fail(error, value->column, "IPv6 address, but family=4");
	if (family == AF_INET6 && value->len && !colon)
		return fail(error, value->column, "not an IPv6 address, but family=6");

	if (family == AF_INET)
		ok = in4_pton(value->text, value->len, (u8 *)&address->v4, -1, &end);
	else
		ok = in6_pton(value->text, value->len, (u8 *)&address->v6, -1, &end);
	/* Without a delimiter both stop, content, at the first strange byte. */
	if (!ok || end != value->text + value->len)
		return fail(error, value->column, "bad address");
	if (family == AF_INET6 && v4mapped(&address->v6))
		fail(error, value->column, "v4-mapped address: ask with family=4");
}

static void parse_lookup(const struct token *values, size_t len, struct tcphash_request *request,
			 struct tcphash_error *error)
{
	unsigned int key;

	for (key = 0; key < KEYS; key++)
		if (!values[key].text && keys[key].missing)
			return fail(error, len + 1, keys[key].missing);

	request->family = parse_family(&values[KEY_FAMILY], error);
	parse_address(&values[KEY_SADDR], request->family, &request->saddr, error);
	request->sport = parse_number(&values[KEY_SPORT], 65535, error);
	parse_address(&values[KEY_DADDR], request->family, &request->daddr, error);
	request->dport = parse_number(&values[KEY_DPORT], 65535, error);
	request->netns = parse_number(&values[KEY_NETNS], 0xffffffff, error);
	request->netns_column = values[KEY_NETNS].text ? values[KEY_NETNS].column : 1;
	request->dif = parse_number(&values[KEY_DIF], 0x7fffffff, error);
	request->sdif = parse_number(&values[KEY_SDIF], 0x7fffffff, error);
}

int tcphash_parse(const char *line, size_t len, struct tcphash_request *request,
		  struct tcphash_error *error)
{
	struct token values[KEYS] = { { NULL } }, token;
	size_t at = 0;

	memset(request, 0, sizeof(*request));
	memset(error, 0, sizeof(*error));

	check_printable(line, len, error);
	next_token(line, len, &at, &token);
	request->verb = parse_verb(&token, error);
	/* Goes on after an error, for the id that may still come. */
	while (next_token(line, len, &at, &token))
		parse_pair(&token, request->verb, values, error);
	parse_id(&values[KEY_ID], request->id, error);
	if (!error->what && request->verb == TCPHASH_LOOKUP)
		parse_lookup(values, len, request, error);
	return error->what ? -EINVAL : 0;
}
