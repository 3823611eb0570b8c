package main

import (
	"io"
	"log/slog"
)

// loggingFlags choose how the process logs. Logs go to standard error: standard output belongs
// to results.
type loggingFlags struct {
	LogFormat string     `help:"How log lines look." enum:"text,json" default:"text"`
	LogLevel  slog.Level `help:"The least severe level that is logged: debug, info, warn or error." default:"info"`
}

// logger builds the process's logger and makes it the default of libraries that log through slog.
func (f loggingFlags) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: f.LogLevel}
	var handler slog.Handler = slog.NewTextHandler(w, options)
	if f.LogFormat == "json" {
		handler = slog.NewJSONHandler(w, options)
	}
	logger := slog.New(handler)
	slog.SetDefault(logger)
	return logger
}
