package main

import (
	"reflect"

	"github.com/alecthomas/kong"
)

// readPath reads a path as kong does, but for an empty one: that of an environment variable which is set to nothing
// names no file, where kong takes it for the current folder.
func readPath(ctx *kong.DecodeContext, target reflect.Value) error {
	var path string
	if err := ctx.Scan.PopValueInto("file", &path); err != nil {
		return err
	}
	if path != "" && path != "-" {
		path = kong.ExpandPath(path)
	}
	target.SetString(path)
	return nil
}
