/* Everything. */
#ifndef SPINODAL_SPINODAL_H
#define SPINODAL_SPINODAL_H

#include "spinodal/base.h"
#include "spinodal/command.h"
#include "spinodal/data.h"
#include "spinodal/diffusion.h"
#include "spinodal/features.h"
#include "spinodal/guidance.h"
#include "spinodal/kde.h"
#include "spinodal/landscape.h"
#include "spinodal/learning_rate.h"
#include "spinodal/memorization.h"
#include "spinodal/on_model.h"
#include "spinodal/output.h"
#include "spinodal/papers.h"
#include "spinodal/phase_retrieval.h"
#include "spinodal/risk_landscape.h"
#include "spinodal/schedule.h"
#include "spinodal/select.h"
#include "spinodal/select_learn.h"
#include "spinodal/speciation.h"
#include "spinodal/spiked_tensor.h"
#include "spinodal/stationary_points.h"
#include "spinodal/survey.h"
#include "spinodal/tensor_pca.h"

#endif
