package main

import (
	"cmp"
	"fmt"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

// version is set by the release build: -ldflags "-X main.version=v1.2.3". Else the build says.
var version string

// versionFlag prints the version and ends the program.
type versionFlag bool

// BeforeApply is called by kong as soon as the flag is seen, before a missing command is complained of.
func (versionFlag) BeforeApply(app *kong.Kong) error { //nolint:unparam // the hook that kong calls returns an error
	fmt.Fprintln(app.Stdout, "omnicloud "+versionOf(debug.ReadBuildInfo()))
	app.Exit(0)
	return nil
}

// versionOf names a build by its release, or else by the commit that it was made from.
func versionOf(info *debug.BuildInfo, known bool) string {
	if version != "" || !known {
		return cmp.Or(version, "unknown")
	}
	settings := make(map[string]string, len(info.Settings))
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	name := info.Main.Version
	if name == "" || name == "(devel)" {
		name = cmp.Or(settings["vcs.revision"], "development build")
		if settings["vcs.modified"] == "true" {
			name += " with changes"
		}
	}
	return name + " (" + info.GoVersion + ")"
}
