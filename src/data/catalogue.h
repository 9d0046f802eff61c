/* Datasets known by name. */
#ifndef SPINODAL_CATALOGUE_H
#define SPINODAL_CATALOGUE_H

#include "spinodal/base.h"

/* The path of the data of "mnist", "mnist:test", ...; *path is NULL when the name is not known. SP_DATA when it is known but
 * not on this machine, saying how to get it. Memory of the run. */
sp_status sp_catalogue_find(sp_run *run, const char *name, const char **path);

#endif
