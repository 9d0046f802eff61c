/* Everything. */
#ifndef SPINODAL_SPINODAL_H
#define SPINODAL_SPINODAL_H

#include "spinodal/base.h"
#include "spinodal/command.h"
#include "spinodal/data.h"
#include "spinodal/diffusion.h"
#include "spinodal/guidance.h"
#include "spinodal/output.h"
#include "spinodal/papers.h"
#include "spinodal/schedule.h"
#include "spinodal/select.h"
#include "spinodal/speciation.h"

#endif
