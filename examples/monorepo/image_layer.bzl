"""A layer of a container image."""

# The same bytes for the same files: no times, owners or order of a file system.
_TAR = "tar --create --file=$@ --format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a-x,u=rwX,go=rX --dereference"

def image_layer(name, folders, srcs = []):
    """A tar of what a web server serves from `srv`, for `oci_image` or a Dockerfile's `ADD`.

    Args:
      name: writes `NAME.tar`.
      folders: for each target that makes a directory its name below `srv`.
      srcs: files of this package, which keep their paths in it.
    """
    renamed = ["--transform='s,^{}/,srv/,'".format(native.package_name())] if srcs else []
    renamed += ["--transform='s,^$(execpath {}),srv/{},'".format(target, folder) for target, folder in folders.items()]
    native.genrule(
        name = name,
        srcs = srcs + folders.keys(),
        outs = [name + ".tar"],
        cmd = " ".join([_TAR] + renamed + ["$(execpaths {})".format(src) for src in srcs + folders.keys()]),
    )
