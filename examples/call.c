/* One command from C.   cc call.c $(pkg-config --cflags --libs spinodal) */
#include <spinodal.h>
#include <stdio.h>

int main(void)
{
    sp_run *run = sp_run_create(NULL);
    const char *args[] = {"alpha=0.3"};
    sp_result *result;
    sp_status status = sp_call(run, "kde.theory", NULL, 1, args, &result);
    double h;
    if (status == SP_OK && sp_result_number(result, "h_opt", &h))
        printf("best bandwidth at log(n)/d = 0.3: %.6f standard deviations\n", h);
    else
        fprintf(stderr, "%s\n", sp_run_message(run));
    if (status == SP_OK)
        sp_result_free(result);
    sp_run_free(run);
    return (int)status;
}
