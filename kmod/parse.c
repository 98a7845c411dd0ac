// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request line to a struct tcphash_request: see the grammar in tcphash.h.
 * Pure, so that it can be built and fuzzed in user space: compat.h.
 */
#include "tcphash.h"
#include "value.h"

enum pair_key {
	KEY_FAMILY, KEY_SADDR, KEY_SPORT, KEY_DADDR, KEY_DPORT, KEY_NETNS, KEY_DIF, KEY_SDIF,
	KEY_NEAR, KEY_FROM, KEY_SKIP, KEY_MAX, KEY_ID,
	KEYS
};

#define VERSION	BIT(TCPHASH_VERSION_REQUEST)
#define LOOKUP	BIT(TCPHASH_LOOKUP)
#define LIST	BIT(TCPHASH_LIST)

static const struct {
	const char *name;
	unsigned int verbs;	/* the requests that take it */
	const char *missing;	/* the error when a look-up lacks it, or NULL */
} keys[KEYS] = {
	[KEY_FAMILY]	= { "family", LOOKUP | LIST, "missing key family" },
	[KEY_SADDR]	= { "saddr", LOOKUP | LIST, "missing key saddr" },
	[KEY_SPORT]	= { "sport", LOOKUP, "missing key sport" },
	[KEY_DADDR]	= { "daddr", LOOKUP, "missing key daddr" },
	[KEY_DPORT]	= { "dport", LOOKUP, "missing key dport" },
	[KEY_NETNS]	= { "netns", LOOKUP | LIST, NULL },
	[KEY_DIF]	= { "dif", LOOKUP, NULL },
	[KEY_SDIF]	= { "sdif", LOOKUP, NULL },
	[KEY_NEAR]	= { "near", LOOKUP, NULL },
	[KEY_FROM]	= { "from", LIST, NULL },
	[KEY_SKIP]	= { "skip", LIST, NULL },
	[KEY_MAX]	= { "max", LIST, NULL },
	[KEY_ID]	= { "id", VERSION | LOOKUP | LIST, NULL },
};

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
			return tcphash_fail(error, i + 1, "not printable ASCII");
}

static enum tcphash_verb parse_verb(const struct token *token, struct tcphash_error *error)
{
	if (tcphash_token_is(token, "version"))
		return TCPHASH_VERSION_REQUEST;
	if (tcphash_token_is(token, "list"))
		return TCPHASH_LIST;
	if (!tcphash_token_is(token, "lookup"))
		tcphash_fail(error, token->column,
			     token->len ? "unknown request" : "empty request");
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
		return tcphash_fail(error, pair->column, "not key=value");
	name.len = equals - pair->text;
	for (key = 0; key < KEYS; key++)
		if (tcphash_token_is(&name, keys[key].name))
			break;
	if (key == KEYS || !(keys[key].verbs & BIT(verb)))
		return tcphash_fail(error, pair->column, "unknown key");
	if (values[key].text)
		return tcphash_fail(error, pair->column, "key given twice");
	values[key].text = equals + 1;
	values[key].len = pair->len - name.len - 1;
	values[key].column = pair->column + name.len + 1;
}

static void parse_netns(const struct token *value, struct tcphash_request *request,
			struct tcphash_error *error)
{
	request->netns = tcphash_parse_number(value, 0xffffffff, error);
	request->netns_column = value->text ? value->column : 1;
}

static void parse_lookup(const struct token *values, size_t len, struct tcphash_request *request,
			 struct tcphash_error *error)
{
	unsigned int key;

	for (key = 0; key < KEYS; key++)
		if (!values[key].text && keys[key].missing)
			return tcphash_fail(error, len + 1, keys[key].missing);

	request->family = tcphash_parse_family(&values[KEY_FAMILY], error);
	tcphash_parse_address(&values[KEY_SADDR], request->family, &request->saddr, error);
	request->sport = tcphash_parse_number(&values[KEY_SPORT], 65535, error);
	tcphash_parse_address(&values[KEY_DADDR], request->family, &request->daddr, error);
	request->dport = tcphash_parse_number(&values[KEY_DPORT], 65535, error);
	parse_netns(&values[KEY_NETNS], request, error);
	request->dif = tcphash_parse_number(&values[KEY_DIF], 0x7fffffff, error);
	request->sdif = tcphash_parse_number(&values[KEY_SDIF], 0x7fffffff, error);
	request->near = tcphash_parse_number(&values[KEY_NEAR], 1, error);
}

static void parse_list(const struct token *values, size_t len, struct tcphash_request *request,
		       struct tcphash_error *error)
{
	if (values[KEY_SADDR].text && !values[KEY_FAMILY].text)
		return tcphash_fail(error, len + 1, keys[KEY_FAMILY].missing);

	if (values[KEY_FAMILY].text)
		request->family = tcphash_parse_family(&values[KEY_FAMILY], error);
	request->has_saddr = values[KEY_SADDR].text;
	if (request->has_saddr)
		tcphash_parse_address(&values[KEY_SADDR], request->family, &request->saddr, error);
	parse_netns(&values[KEY_NETNS], request, error);
	request->from = tcphash_parse_number(&values[KEY_FROM], 0xffffffff, error);
	request->skip = tcphash_parse_number(&values[KEY_SKIP], 0xffffffff, error);
	request->max = tcphash_parse_number(&values[KEY_MAX], 0xffffffff, error);
}

int tcphash_parse(const char *line, size_t len, struct tcphash_request *request,
		  struct tcphash_error *error)
{
	struct token values[KEYS] = {}, token;
	size_t at = 0;

	memset(request, 0, sizeof(*request));
	memset(error, 0, sizeof(*error));

	check_printable(line, len, error);
	next_token(line, len, &at, &token);
	request->verb = parse_verb(&token, error);
	/* Goes on after an error: an id may follow, and the answer repeats it. */
	while (next_token(line, len, &at, &token))
		parse_pair(&token, request->verb, values, error);
	tcphash_parse_id(&values[KEY_ID], request->id, error);
	if (!error->what && request->verb == TCPHASH_LOOKUP)
		parse_lookup(values, len, request, error);
	if (!error->what && request->verb == TCPHASH_LIST)
		parse_list(values, len, request, error);
	return error->what ? -EINVAL : 0;
}
