"""The rules that users load.

```starlark
load("@rules_tfjs//rules:defs.bzl", "tf_saved_model", "tfjs_graph_model")

tf_saved_model(
    name = "classifier",
    srcs = glob(["classifier/**"]),
)

tfjs_graph_model(
    name = "classifier_web",
    model = ":classifier",
)
```
"""

load("//rules/private:jax_saved_model.bzl", _jax_saved_model = "jax_saved_model")
load("//rules/private:keras_model.bzl", _keras_model = "keras_model")
load("//rules/private:keras_model_file.bzl", _keras_model_file = "keras_model_file")
load("//rules/private:keras_model_saved_model.bzl", _keras_model_saved_model = "keras_model_saved_model")
load("//rules/private:tf_model_export.bzl", _tf_model_export = "tf_model_export", _tf_model_export_with_binary = "tf_model_export_with_binary", _tf_model_export_with_script = "tf_model_export_with_script")
load("//rules/private:tf_saved_model.bzl", _tf_saved_model = "tf_saved_model", _tf_saved_model_rule = "tf_saved_model_rule")
load("//rules/private:tfjs_browser_test.bzl", _tfjs_browser_test = "tfjs_browser_test")
load("//rules/private:tfjs_budget_test.bzl", _tfjs_budget_raw_test = "tfjs_budget_raw_test", _tfjs_budget_test = "tfjs_budget_test")
load("//rules/private:tfjs_graph_model.bzl", _tfjs_graph_model = "tfjs_graph_model")
load("//rules/private:tfjs_graph_model_from_keras.bzl", _tfjs_graph_model_from_keras = "tfjs_graph_model_from_keras")
load("//rules/private:tfjs_graph_model_from_tensorflow.bzl", _tfjs_graph_model_from_tensorflow = "tfjs_graph_model_from_tensorflow")
load("//rules/private:tfjs_graph_model_signatures.bzl", _tfjs_graph_model_signature = "tfjs_graph_model_signature", _tfjs_graph_model_signatures = "tfjs_graph_model_signatures")
load("//rules/private:tfjs_layers_model.bzl", _tfjs_layers_model = "tfjs_layers_model")
load("//rules/private:tfjs_layers_model_from_keras.bzl", _tfjs_layers_model_from_keras = "tfjs_layers_model_from_keras")
load("//rules/private:tfjs_layers_model_from_saved_model.bzl", _tfjs_layers_model_from_saved_model = "tfjs_layers_model_from_saved_model")
load("//rules/private:tfjs_model_report.bzl", _tfjs_model_report = "tfjs_model_report")
load("//rules/private:tfjs_parity_test.bzl", _tfjs_parity_test = "tfjs_parity_test")
load("//rules/private:tfjs_runtime_bundle.bzl", _tfjs_runtime_bundle = "tfjs_runtime_bundle")
load("//rules/private:tfjs_web_bundle.bzl", _tfjs_web_bundle = "tfjs_web_bundle")

jax_saved_model = _jax_saved_model
keras_model = _keras_model
keras_model_file = _keras_model_file
keras_model_saved_model = _keras_model_saved_model
tf_model_export = _tf_model_export
tf_model_export_with_binary = _tf_model_export_with_binary
tf_model_export_with_script = _tf_model_export_with_script
tf_saved_model = _tf_saved_model
tf_saved_model_rule = _tf_saved_model_rule
tfjs_browser_test = _tfjs_browser_test
tfjs_budget_test = _tfjs_budget_test
tfjs_budget_raw_test = _tfjs_budget_raw_test
tfjs_graph_model = _tfjs_graph_model
tfjs_graph_model_from_keras = _tfjs_graph_model_from_keras
tfjs_graph_model_from_tensorflow = _tfjs_graph_model_from_tensorflow
tfjs_graph_model_signature = _tfjs_graph_model_signature
tfjs_graph_model_signatures = _tfjs_graph_model_signatures
tfjs_layers_model = _tfjs_layers_model
tfjs_layers_model_from_keras = _tfjs_layers_model_from_keras
tfjs_layers_model_from_saved_model = _tfjs_layers_model_from_saved_model
tfjs_model_report = _tfjs_model_report
tfjs_parity_test = _tfjs_parity_test
tfjs_runtime_bundle = _tfjs_runtime_bundle
tfjs_web_bundle = _tfjs_web_bundle
