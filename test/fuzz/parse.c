// SPDX-License-Identifier: MIT
/* kmod/parse.c in user space, under libFuzzer with ASan and UBSan: see test/lab/stress/fuzz.ts. */
#include "../../kmod/tcphash.h"

#define CHECK(condition) ((condition) ? (void)0 : abort())

static void check_error(const struct tcphash_error *error, size_t len)
{
	CHECK(!strcmp(error->code, "EINVAL"));
	CHECK(error->what && *error->what);
	CHECK(error->column >= 1 && error->column <= len + 1);
}

static void check_request(const struct tcphash_request *request)
{
	CHECK(request->verb == TCPHASH_VERSION_REQUEST || request->verb == TCPHASH_LOOKUP ||
	      request->verb == TCPHASH_LIST);
	if (request->verb == TCPHASH_LOOKUP)
		CHECK(request->family == AF_INET || request->family == AF_INET6);
	CHECK(request->dif >= 0 && request->sdif >= 0);
	CHECK(!request->has_saddr || request->family);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct tcphash_request request, again;
	struct tcphash_error error;
	/* A copy of its own size, so that ASan sees one byte too many. */
	char *line = malloc(size ? size : 1);
	int ret;

	if (!line)
		return 0;
	memcpy(line, data, size);
	ret = tcphash_parse(line, size, &request, &error);
	CHECK(ret == 0 || ret == -EINVAL);
	CHECK((ret != 0) == (error.what != NULL));
	if (ret)
		check_error(&error, size);
	else
		check_request(&request);
	CHECK(strnlen(request.id, sizeof(request.id)) <= TCPHASH_ID_MAX);
	for (const char *byte = request.id; *byte; byte++)
		CHECK(*byte > ' ' && *byte <= '~');
	/* Nothing is left over from one line to the next. */
	CHECK(tcphash_parse(line, size, &again, &error) == ret && !strcmp(request.id, again.id));
	free(line);
	return 0;
}
