#include <expcore/exp.h>
#include <stdio.h>

int main(void) {
  exp_project* project = NULL;
  printf("%d\n", (int)exp_version());
  if (exp_version() != EXP_VERSION_NUMBER) return 1;
  return exp_project_open(&project, "/proc", NULL) == EXP_ERR_NOT_A_PROJECT ? 0 : 1;
}
