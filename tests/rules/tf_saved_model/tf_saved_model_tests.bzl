"""Tests of `tf_saved_model`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tf_saved_model")
load("//rules:providers.bzl", "ModelSourceInfo")
load("//tests/rules:support.bzl", "analysis_test", "failure_test", "paths", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_files")

_PACKAGE = "tests/rules/tf_saved_model/"

def _saved_model(name, files = [], directories = []):
    stub_files(
        name = name + "_files",
        directories = directories,
        files = ["{}/{}".format(name, file) for file in files],
        tags = ["manual"],
    )
    tf_saved_model(
        name = name + "_subject",
        srcs = [name + "_files"],
        tags = ["manual"],
    )

def _fails(name, contains, **kwargs):
    _saved_model(name, **kwargs)
    failure_test(name = name, contains = contains, target_under_test = name + "_subject")

def _assert_source(ctx, files):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    source = target[ModelSourceInfo]
    expected = [_PACKAGE + file for file in files]
    asserts.equals(env, "saved_model", source.kind)
    asserts.equals(env, expected, paths(source.files), "files")
    asserts.equals(env, expected, paths(source.roots), "roots")
    asserts.equals(env, expected, paths(target[DefaultInfo].files), "default outputs")
    asserts.equals(env, [], analysistest.target_actions(env), "actions")
    return analysistest.end(env)

def _test_files_without_fingerprint(name):
    _saved_model(name, files = [
        "assets/vocabulary.txt",
        "fingerprint.pb",
        "saved_model.pb",
        "variables/variables.data-00000-of-00001",
        "variables/variables.index",
    ])
    _files_without_fingerprint_test(name = name, target_under_test = name + "_subject")

def _test_files_without_fingerprint_impl(ctx):
    return _assert_source(ctx, ["test_files_without_fingerprint/" + file for file in [
        "assets/vocabulary.txt",
        "saved_model.pb",
        "variables/variables.data-00000-of-00001",
        "variables/variables.index",
    ]])

_files_without_fingerprint_test = analysis_test(_test_files_without_fingerprint_impl)

def _test_only_saved_model_pb(name):
    _saved_model(name, files = ["saved_model.pb"])
    _only_saved_model_pb_test(name = name, target_under_test = name + "_subject")

def _test_only_saved_model_pb_impl(ctx):
    return _assert_source(ctx, ["test_only_saved_model_pb/saved_model.pb"])

_only_saved_model_pb_test = analysis_test(_test_only_saved_model_pb_impl)

def _test_directory(name):
    _saved_model(name, directories = ["exported_directory"])
    _directory_test(name = name, target_under_test = name + "_subject")

def _test_directory_impl(ctx):
    return _assert_source(ctx, ["exported_directory"])

_directory_test = analysis_test(_test_directory_impl)

def _test_tar_gz(name):
    _saved_model(name, files = ["model.tar.gz"])
    _tar_gz_test(name = name, target_under_test = name + "_subject")

def _test_tar_gz_impl(ctx):
    return _assert_source(ctx, ["test_tar_gz/model.tar.gz"])

_tar_gz_test = analysis_test(_test_tar_gz_impl)

def _test_tgz(name):
    _saved_model(name, files = ["model.tgz"])
    _tgz_test(name = name, target_under_test = name + "_subject")

def _test_tgz_impl(ctx):
    return _assert_source(ctx, ["test_tgz/model.tgz"])

_tgz_test = analysis_test(_test_tgz_impl)

def _test_zip(name):
    _saved_model(name, files = ["model.zip"])
    _zip_test(name = name, target_under_test = name + "_subject")

def _test_zip_impl(ctx):
    return _assert_source(ctx, ["test_zip/model.zip"])

_zip_test = analysis_test(_test_zip_impl)

def _test_archive_beside_files_fails(name):
    _fails(
        name,
        files = ["model.zip", "saved_model.pb"],
        contains = [
            "srcs is either one directory or archive, or the files of a SavedModel, got [\"" + _PACKAGE + name + "/model.zip\"] beside 1 other files",
            "keep only one",
        ],
    )

def _test_directory_beside_files_fails(name):
    _fails(
        name,
        directories = ["directory_beside_files"],
        files = ["saved_model.pb", "variables/variables.index"],
        contains = ["got [\"" + _PACKAGE + "directory_beside_files\"] beside 2 other files"],
    )

def _test_two_archives_fail(name):
    _fails(
        name,
        files = ["a.zip", "b.tgz"],
        contains = ["/a.zip\", \"", "/b.tgz\"] beside 0 other files"],
    )

def _test_no_files_fail(name):
    tf_saved_model(
        name = name + "_subject",
        srcs = [],
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = ["srcs holds the files of one SavedModel, so exactly one saved_model.pb, got [] among 0 files"],
        target_under_test = name + "_subject",
    )

def _test_no_saved_model_pb_fails(name):
    _fails(
        name,
        files = ["fingerprint.pb", "variables/variables.index"],
        contains = [
            "exactly one saved_model.pb, got [] among 2 files",
            "glob the folder that has saved_model.pb at its top",
        ],
    )

def _test_two_models_fail(name):
    _fails(
        name,
        files = ["a/saved_model.pb", "b/saved_model.pb"],
        contains = ["exactly one saved_model.pb, got [\"" + _PACKAGE + name + "/a/saved_model.pb\", \"" + _PACKAGE + name + "/b/saved_model.pb\"] among 2 files"],
    )

def _test_file_outside_the_folder_fails(name):
    _fails(
        name,
        files = ["model/saved_model.pb", "README.md", "model_2/variables.index"],
        contains = [
            "every file of srcs lies in the folder of saved_model.pb (",
            _PACKAGE + name + "/model/saved_model.pb), got [",
            "/README.md\"",
            "/model_2/variables.index\"",
            "leave the others out",
        ],
    )

def _test_source_file_beside_built_model_fails(name):
    stub_files(
        name = name + "_files",
        files = ["saved_model.pb"],
        tags = ["manual"],
    )
    tf_saved_model(
        name = name + "_subject",
        srcs = [name + "_files", "BUILD.bazel"],
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = [
            "saved_model.pb (bazel-out/",
            "/bin/tests/rules/tf_saved_model/saved_model.pb), got [\"tests/rules/tf_saved_model/BUILD.bazel\"]",
        ],
        target_under_test = name + "_subject",
    )

def tf_saved_model_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_archive_beside_files_fails,
        _test_directory,
        _test_directory_beside_files_fails,
        _test_file_outside_the_folder_fails,
        _test_files_without_fingerprint,
        _test_no_files_fail,
        _test_no_saved_model_pb_fails,
        _test_only_saved_model_pb,
        _test_source_file_beside_built_model_fails,
        _test_tar_gz,
        _test_tgz,
        _test_two_archives_fail,
        _test_two_models_fail,
        _test_zip,
    ])
