/* What a host does with its own libgit2 and yaml-cpp while it uses expcore. */
#ifdef __cplusplus
extern "C" {
#endif

/* Starts libgit2, sets an option and opens a repository. */
int host_begins(const char* repository);
/* Whether the option, the repository and yaml-cpp are as they were. */
int host_still_works(void);
/* Releases everything; 1 when nobody but the host still holds libgit2. */
int host_ends(void);

#ifdef __cplusplus
}
#endif
