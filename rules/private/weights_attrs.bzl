"""The attributes on weights that every converting rule has, and the flags that they become."""

QUANTIZED_DTYPES = ["float16", "uint16", "uint8"]

WEIGHTS_ATTRS = {
    "content_hashed_names": attr.bool(
        doc = "Names each shard by its content, with boundaries that follow the weights, so that a change of one layer changes few files.",
    ),
    "quantize": attr.string_list_dict(
        doc = """Quantized weights: a map of `float16`, `uint16` or `uint8` to patterns of weight names (`*` crosses slashes), as in
`{"float16": ["*"], "uint8": ["dense*/kernel"]}`. A pattern that matches nothing is an error.""",
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
    if ctx.attr.weight_shard_size_bytes <= 0:
        fail("{}: weight_shard_size_bytes is a positive number of bytes, got: {}".format(ctx.label, ctx.attr.weight_shard_size_bytes))
    args.add(str(ctx.attr.weight_shard_size_bytes), format = "--weight_shard_size_bytes=%s")
    if ctx.attr.content_hashed_names:
        args.add("--content_hashed_names")
    for dtype, patterns in ctx.attr.quantize.items():
        if dtype not in QUANTIZED_DTYPES:
            fail("{}: quantize has the keys {}, got: {}".format(ctx.label, QUANTIZED_DTYPES, dtype))
        if not patterns:
            fail("{}: quantize has at least one pattern for each dtype, got none for {}; write [\"*\"] for all weights.".format(ctx.label, dtype))
        args.add_all(patterns, format_each = "--quantize=" + dtype + ":%s", allow_closure = True)
