package temporalclient

import (
	"context"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/correlation"
)

// correlationHeader is the Temporal header field that carries the correlation id.
const correlationHeader = "correlation-id"

// workflowKey is where a workflow's context keeps the id between its start and its activities.
type workflowKey struct{}

// propagator carries the correlation id of a request from the client that starts, signals or
// updates a workflow to the workflow and from there to its activities and children. Headers do not
// pass through the client's data converter by themselves, hence the one here.
type propagator struct{ converter converter.DataConverter }

var _ workflow.ContextPropagator = propagator{}

// Inject writes the id of a client's or an activity's context.
func (p propagator) Inject(ctx context.Context, writer workflow.HeaderWriter) error {
	return p.write(correlation.ID(ctx), writer)
}

// InjectFromWorkflow writes the id of a workflow's context.
func (p propagator) InjectFromWorkflow(ctx workflow.Context, writer workflow.HeaderWriter) error {
	id, _ := ctx.Value(workflowKey{}).(string)
	return p.write(id, writer)
}

// Extract reads the id into an activity's context.
func (p propagator) Extract(ctx context.Context, reader workflow.HeaderReader) (context.Context, error) {
	id, err := p.read(reader)
	if err != nil {
		return ctx, err
	}
	return correlation.WithID(ctx, id), nil
}

// ExtractToWorkflow reads the id into a workflow's context. What the server starts by itself, for a
// schedule, comes without one: such work enters the program here and goes by its run's id.
func (p propagator) ExtractToWorkflow(ctx workflow.Context, reader workflow.HeaderReader) (workflow.Context, error) {
	id, err := p.read(reader)
	if err != nil {
		return ctx, err
	}
	if !correlation.Valid(id) {
		id = workflow.GetInfo(ctx).WorkflowExecution.RunID
	}
	return workflow.WithValue(ctx, workflowKey{}, id), nil
}

func (p propagator) write(id string, writer workflow.HeaderWriter) error {
	if id == "" {
		return nil
	}
	payload, err := p.converter.ToPayload(id)
	if err != nil {
		return err
	}
	writer.Set(correlationHeader, payload)
	return nil
}

func (p propagator) read(reader workflow.HeaderReader) (id string, err error) {
	payload, present := reader.Get(correlationHeader)
	if !present {
		return "", nil
	}
	return id, p.converter.FromPayload(payload, &id)
}
