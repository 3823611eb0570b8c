package api_test

import (
	"context"
	"fmt"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// spanRecorder writes down what spans say: names, attributes, events and errors.
type spanRecorder struct {
	noop.TracerProvider
	said *logBuffer
}

// recordSpans has all that is traced until the test ends be written down.
func recordSpans(t *testing.T) *logBuffer {
	recorder := spanRecorder{said: &logBuffer{}}
	otel.SetTracerProvider(recorder)
	t.Cleanup(func() { otel.SetTracerProvider(noop.NewTracerProvider()) })
	return recorder.said
}

func (r spanRecorder) Tracer(string, ...trace.TracerOption) trace.Tracer {
	return recordingTracer{said: r.said}
}

type recordingTracer struct {
	noop.Tracer
	said *logBuffer
}

func (r recordingTracer) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	config := trace.NewSpanStartConfig(options...)
	span := recordedSpan{said: r.said}
	fmt.Fprintln(r.said, name)
	span.SetAttributes(config.Attributes()...)
	return trace.ContextWithSpan(ctx, span), span
}

type recordedSpan struct {
	noop.Span
	said *logBuffer
}

func (s recordedSpan) IsRecording() bool { return true }

func (s recordedSpan) SetName(name string) { fmt.Fprintln(s.said, name) }

func (s recordedSpan) SetStatus(_ codes.Code, description string) { fmt.Fprintln(s.said, description) }

func (s recordedSpan) RecordError(err error, _ ...trace.EventOption) { fmt.Fprintln(s.said, err) }

func (s recordedSpan) SetAttributes(attributes ...attribute.KeyValue) {
	for _, one := range attributes {
		fmt.Fprintln(s.said, one.Key, one.Value.String())
	}
}

func (s recordedSpan) AddEvent(name string, options ...trace.EventOption) {
	fmt.Fprintln(s.said, name)
	config := trace.NewEventConfig(options...)
	s.SetAttributes(config.Attributes()...)
}
