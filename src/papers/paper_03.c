#include "claims.h"

static const sp_claim claims[] = {{.claim = "h_G at alpha = 0.05",
                                   .paper = 1.733061045,
                                   .kind = SP_ABSOLUTE,
                                   .tolerance = 1e-8,
                                   .theory = "h_G",
                                   .command = "kde theory --alpha 0.05"},
                                  {0}};

const sp_paper sp_paper_03 = {.number = "03",
                              .title = "Kernel Density Estimators in Large Dimensions",
                              .authors = "Biroli, Giulio and M{\\'e}zard, Marc",
                              .year = "2024",
                              .arxiv = "2408.05807",
                              .claims = claims};
