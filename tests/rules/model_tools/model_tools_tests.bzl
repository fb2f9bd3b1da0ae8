"""Tests of the programs that each model target brings along."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "keras_model", "tf_model_export", "tf_saved_model", "tfjs_graph_model", "tfjs_layers_model")
load("//tests/rules:support.bzl", "analysis_test", "failure_test", "only_action", "paths", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_files", "stub_tfjs_model")

_PACKAGE = "tests/rules/model_tools/"

def _command(env):
    """Returns the launcher's last line, without the interpreter."""
    line = [line for line in only_action(env, "FileWrite").content.splitlines() if line.startswith("exec ")][0]
    return line.partition("/tools/inspect.py\" ")[2]

def _expect(ctx, command, data):
    """Checks the command, and the model's own files among the runfiles."""
    env = analysistest.begin(ctx)
    asserts.equals(env, command, _command(env))
    files = analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files
    found = [path for path in paths(files) if path.startswith(_PACKAGE) and not path.endswith(".inspect.sh")]
    asserts.equals(env, [_PACKAGE + each for each in data], found)
    return analysistest.end(env)

def _words(name, target, path):
    words = "'--name=//tests/rules/model_tools:{}' ".format(name)
    if target:
        words += "'--target=//tests/rules/model_tools:{}' ".format(target)
    return words + "''\"$root\"'/{}{}' \"$@\"".format(_PACKAGE, path)

def _test_saved_model(name):
    stub_files(
        name = name + "_files",
        files = ["m/saved_model.pb", "m/variables/variables.index"],
        tags = ["manual"],
    )
    tf_saved_model(name = name + "_subject", srcs = [name + "_files"], tags = ["manual"])
    _saved_model_test(name = name, target_under_test = name + "_subject.inspect")

def _test_saved_model_impl(ctx):
    return _expect(
        ctx,
        _words("test_saved_model_subject", "", "m"),
        ["m/saved_model.pb", "m/variables/variables.index"],
    )

_saved_model_test = analysis_test(_test_saved_model_impl)

def _test_conversion_is_not_an_input(name):
    stub_files(name = name + "_frozen", files = ["frozen.pb"], tags = ["manual"])
    tfjs_graph_model(
        name = name + "_subject",
        model = name + "_frozen",
        output_node_names = ["y"],
        tags = ["manual"],
    )
    _conversion_is_not_an_input_test(name = name, target_under_test = name + "_subject.inspect")

def _test_conversion_is_not_an_input_impl(ctx):
    return _expect(
        ctx,
        _words("test_conversion_is_not_an_input_frozen", "test_conversion_is_not_an_input_subject", "frozen.pb"),
        ["frozen.pb"],
    )

_conversion_is_not_an_input_test = analysis_test(_test_conversion_is_not_an_input_impl)

def _test_keras_file_without_tensorflow(name):
    stub_files(name = name + "_file", files = ["model.h5"], tags = ["manual"])
    tfjs_layers_model(name = name + "_subject", model = name + "_file", tags = ["manual"])
    _keras_file_without_tensorflow_test(name = name, target_under_test = name + "_subject.inspect")

def _test_keras_file_without_tensorflow_impl(ctx):
    env = analysistest.begin(ctx)
    script = only_action(env, "FileWrite").content
    asserts.true(env, "light" in script, "the light runtime in " + script)
    asserts.false(env, "core" in script, "no other runtime in " + script)
    return analysistest.end(env)

_keras_file_without_tensorflow_test = analysis_test(_test_keras_file_without_tensorflow_impl)

def _test_converted_model(name):
    stub_tfjs_model(name = name + "_web", tags = ["manual"])
    keras_model(name = name + "_subject", model = name + "_web", tags = ["manual"])
    _converted_model_test(name = name, target_under_test = name + "_subject.inspect")

def _test_converted_model_impl(ctx):
    return _expect(
        ctx,
        _words("test_converted_model_web", "test_converted_model_subject", "test_converted_model_web"),
        ["test_converted_model_web"],
    )

_converted_model_test = analysis_test(_test_converted_model_impl)

def _test_one_of_several_signatures(name):
    stub_files(name = name + "_files", directories = ["several"], tags = ["manual"])
    tf_saved_model(name = name + "_model", srcs = [name + "_files"], tags = ["manual"])
    tfjs_graph_model(
        name = name + "_subject",
        model = name + "_model",
        signatures = ["classify", "embed"],
        tags = ["manual"],
    )
    _one_of_several_signatures_test(name = name, target_under_test = name + "_subject.embed.inspect")

def _test_one_of_several_signatures_impl(ctx):
    return _expect(
        ctx,
        _words("test_one_of_several_signatures_model", "test_one_of_several_signatures_subject.embed", "several"),
        ["several"],
    )

_one_of_several_signatures_test = analysis_test(_test_one_of_several_signatures_impl)

def _test_exported_model(name):
    stub_files(name = name + "_files", files = [name + "/train.py"], tags = ["manual"])
    tf_model_export(name = name + "_subject", script = name + "_files", tags = ["manual"])
    _exported_model_test(name = name, target_under_test = name + "_subject.inspect")

def _test_exported_model_impl(ctx):
    return _expect(ctx, _words("test_exported_model_subject", "", "test_exported_model_subject"), ["test_exported_model_subject"])

_exported_model_test = analysis_test(_test_exported_model_impl)

def _test_exported_keras_file(name):
    stub_files(name = name + "_files", files = [name + "/train.py"], tags = ["manual"])
    tf_model_export(name = name + "_subject", format = "keras", script = name + "_files", tags = ["manual"])
    _keras_file_without_tensorflow_test(name = name, target_under_test = name + "_subject.inspect")

def _test_several_files_without_a_model(name):
    stub_files(name = name + "_files", files = ["one.bin", "other.bin"], tags = ["manual"])
    tfjs_layers_model(name = name + "_subject", model = name + "_files", tags = ["manual"])
    failure_test(
        name = name,
        contains = ["a model is one file, one directory, or the files of one folder, got", "one.bin"],
        target_under_test = name + "_subject.inspect",
    )

def _test_serve(name):
    stub_files(name = name + "_file", files = ["model.h5"], tags = ["manual"])
    tfjs_layers_model(name = name + "_subject", model = name + "_file", tags = ["manual"])
    _serve_test(name = name, target_under_test = name + "_subject.serve")

def _test_serve_impl(ctx):
    env = analysistest.begin(ctx)
    line = [line for line in only_action(env, "FileWrite").content.splitlines() if line.startswith("exec ")][0]
    subject = _PACKAGE + "test_serve_subject"
    asserts.true(env, line.startswith("exec \"$root/tests/rules/stubs/node/bin/node\" --preserve-symlinks "), line)
    asserts.equals(
        env,
        "'--label=//{package}:test_serve_subject' '--model='\"$root\"'/{subject}' '--info='\"$root\"'/{subject}.info.json' ".format(
            package = _PACKAGE.removesuffix("/"),
            subject = subject,
        ) + "'--node_modules='\"$root\"'/tests/rules/stubs/page/node_modules' \"$@\"",
        line.partition("/tools/serve/serve.mjs\" ")[2],
    )
    files = paths(analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files)
    needed = [
        subject,
        subject + ".info.json",
        "tests/rules/stubs/node/bin/node",
        "tests/rules/stubs/page/node_modules/@tensorflow/tfjs-core/dist/tf-core.es2017.min.js",
        "tools/node/lib/named_model.mjs",
        "tools/page/page.mjs",
        "tools/serve/page/index.html",
        "tools/serve/serve.mjs",
    ]
    asserts.equals(env, [], [file for file in needed if file not in files])
    return analysistest.end(env)

_serve_test = analysis_test(_test_serve_impl)

def _test_serve_of_signatures(name):
    stub_files(name = name + "_files", files = ["m/saved_model.pb"], tags = ["manual"])
    tf_saved_model(name = name + "_source", srcs = [name + "_files"], tags = ["manual"])
    tfjs_graph_model(name = name + "_subject", model = name + "_source", signatures = ["a", "b"], tags = ["manual"])
    _serve_of_signatures_test(name = name, target_under_test = name + "_subject.b.serve")

def _test_serve_of_signatures_impl(ctx):
    env = analysistest.begin(ctx)
    files = paths(analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files)
    found = [file for file in files if file.startswith(_PACKAGE) and not file.endswith(".sh")]
    subject = _PACKAGE + "test_serve_of_signatures_subject.b"
    asserts.equals(env, [subject, subject + ".info.json"], found)
    return analysistest.end(env)

_serve_of_signatures_test = analysis_test(_test_serve_of_signatures_impl)

def model_tools_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_conversion_is_not_an_input,
        _test_converted_model,
        _test_exported_keras_file,
        _test_exported_model,
        _test_keras_file_without_tensorflow,
        _test_one_of_several_signatures,
        _test_serve,
        _test_serve_of_signatures,
        _test_saved_model,
        _test_several_files_without_a_model,
    ])
