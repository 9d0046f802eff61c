#include "claims.h"

#define SP_PAPER(number) extern const sp_paper sp_paper_##number;
#include "list.def"
#undef SP_PAPER

const sp_paper *const sp_papers[] = {
#define SP_PAPER(number) &sp_paper_##number,
#include "list.def"
    NULL,
};
