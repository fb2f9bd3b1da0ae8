"""The attributes on weights that every converting rule has, and the flags that they become."""

QUANTIZED_DTYPES = ["float16", "uint16", "uint8"]

WEIGHTS_ATTRS = {
    "allow_nonfinite": attr.bool(
        doc = "Whether NaN and infinity may stay in variables that are not quantized. By default they are an error.",
    ),
    "channel_spread": attr.string(
        default = "raise",
        doc = """What becomes of `uint8` on a weight some of whose channels would be left with fewer than 16 codes, because others are much
larger: `raise` it to `uint16`, `refuse` it as an error, or `allow` it.""",
        values = ["raise", "refuse", "allow"],
    ),
    "content_hashed_names": attr.bool(
        doc = "Names each shard by its content, with boundaries that follow the weights, so that a change of one layer changes few files.",
    ),
    "quantization_bytes": attr.int(
        doc = "Deprecated, and says so when the model is built: 1 stands for `quantize = {\"uint8\": [\"*\"]}`, 2 for `{\"uint16\": [\"*\"]}`.",
        values = [0, 1, 2],
    ),
    "quantize": attr.string_list_dict(
        doc = """Quantized weights: a map of `float16`, `uint16` or `uint8` to patterns of weight names (`*` crosses slashes), as in
`{"float16": ["*"], "uint8": ["dense*/kernel"]}`. A pattern that matches nothing is an error. See [weights.md](weights.md).""",
    ),
    "quantize_auto_max_error": attr.string(
        doc = """Quantizes each variable to the smallest type that keeps every value within this error, a fraction of the weight's largest
magnitude such as `0.001`; what no type keeps stays float32. Instead of `quantize`.""",
    ),
    "quantize_int32": attr.bool(
        doc = "Whether the patterns of `quantize` reach int32 weights too (`uint8` and `uint16`).",
    ),
    "shards": attr.string(
        doc = """The number of weight files, or `single` for one; by default they are cut by `weight_shard_size_bytes`. Not with
`content_hashed_names`, nor for weights split by layer.""",
    ),
    "weight_shard_size_bytes": attr.int(
        default = 4 * 1024 * 1024,
        doc = "The size of each weight file but the last, in bytes.",
    ),
}

def add_weights_flags(ctx, args):
    """Adds the flags for `WEIGHTS_ATTRS`.

    Args:
      ctx: the context of a rule with those attributes.
      args: the `Args` that they are added to.
    """
    _add_sharding(ctx, args)
    _add_quantization(ctx, args)
    if ctx.attr.allow_nonfinite:
        args.add("--allow_nonfinite")

def _add_sharding(ctx, args):
    if ctx.attr.weight_shard_size_bytes <= 0:
        fail("{}: weight_shard_size_bytes is a positive number of bytes, got: {}".format(ctx.label, ctx.attr.weight_shard_size_bytes))
    args.add(str(ctx.attr.weight_shard_size_bytes), format = "--weight_shard_size_bytes=%s")
    shards = ctx.attr.shards
    if shards:
        if shards != "single" and not (shards.isdigit() and int(shards) > 0):
            fail("{}: shards is \"single\" or the number of files, such as \"4\", got: {}".format(ctx.label, repr(shards)))
        if ctx.attr.content_hashed_names:
            fail("{}: content_hashed_names lets boundaries of files follow the weights, so shards = {} cannot be kept; drop one of the two.".format(ctx.label, repr(shards)))
        args.add(shards, format = "--shards=%s")
    if ctx.attr.content_hashed_names:
        args.add("--content_hashed_names")

def _add_quantization(ctx, args):
    ways = [name for name in ["quantization_bytes", "quantize", "quantize_auto_max_error"] if getattr(ctx.attr, name)]
    if len(ways) > 1:
        fail("{}: only one attribute says what is quantized, got: {}; keep quantize, or quantize_auto_max_error.".format(ctx.label, " and ".join(ways)))
    for dtype, patterns in ctx.attr.quantize.items():
        if dtype not in QUANTIZED_DTYPES:
            fail("{}: quantize has the keys {}, got: {}".format(ctx.label, QUANTIZED_DTYPES, dtype))
        if not patterns:
            fail("{}: quantize has at least one pattern for each dtype, got none for {}; write [\"*\"] for all weights.".format(ctx.label, dtype))
        args.add_all(patterns, format_each = "--quantize=" + dtype + ":%s", allow_closure = True)
    if ctx.attr.quantize_auto_max_error:
        args.add(ctx.attr.quantize_auto_max_error, format = "--quantize_auto_max_error=%s")
    if ctx.attr.quantization_bytes:
        args.add(str(ctx.attr.quantization_bytes), format = "--quantization_bytes=%s")
    if ctx.attr.channel_spread != "raise":
        args.add(ctx.attr.channel_spread, format = "--channel_spread=%s")
    if ctx.attr.quantize_int32:
        args.add("--quantize_int32")
