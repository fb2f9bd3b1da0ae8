"""The same repositories for MODULE.bazel."""

load(":repositories.bzl", "development_repositories")

def _development_impl(_module_ctx):
    development_repositories()

development = module_extension(
    implementation = _development_impl,
    doc = "Repositories for this repository's own tests and examples.",
)
