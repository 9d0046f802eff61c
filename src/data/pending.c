#include "spinodal/data.h"

sp_status sp_dataset_open(sp_run *run, const char *source, const sp_data_options *options, const sp_dataset *like,
                          const sp_dataset **out)
{
    (void)options, (void)like, (void)out;
    return sp_fail(run, SP_DATA, "%s: no reader yet", source);
}
