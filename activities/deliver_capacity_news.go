package activities

import (
	"context"
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// DeliverCapacityNews delivers alerts to the monitor and recommendations to compute, those that an earlier
// run could not deliver included. Receivers store each one's key, so that one sent twice counts once. One
// that is refused for good is recorded with the reason, and the others follow. Done counts messages.
func (a *Training) DeliverCapacityNews(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	step := resumed(ctx, run)
	report, stop := reporting(ctx, step)
	defer stop()
	for _, route := range []struct {
		topic string
		send  func(context.Context, outbox.Message) error
	}{
		{outbox.TopicMonitorEvent, a.sendEvent},
		{outbox.TopicRecommendation, a.sendRecommendation},
	} {
		for {
			messages, err := a.Outbox.Pending(ctx, route.topic, foresight.NewsGroup, postingsPerRead)
			if err != nil {
				return step, ApplicationError(err)
			}
			if len(messages) == 0 {
				break
			}
			for _, message := range messages {
				if err := settleDelivery(ctx, a.Outbox, message, route.send(ctx, message), a.Now); err != nil {
					return step, ApplicationError(err)
				}
				step.Done++
				report(step)
			}
		}
	}
	return step, nil
}

func (a *Training) sendEvent(ctx context.Context, message outbox.Message) error {
	var event closing.Event
	if err := json.Unmarshal(message.Payload, &event); err != nil {
		return fault.Wrap(err, fault.Tampered, "outbox message %d holds no event", message.ID)
	}
	return a.Monitor.Publish(ctx, message.Key, event)
}

func (a *Training) sendRecommendation(ctx context.Context, message outbox.Message) error {
	var handover foresight.Handover
	if err := json.Unmarshal(message.Payload, &handover); err != nil {
		return fault.Wrap(err, fault.Tampered, "outbox message %d holds no recommendation", message.ID)
	}
	return a.Recipient.Recommend(ctx, message.Key, handover)
}

// DeliverCapacityNews calls the activity of that name.
func DeliverCapacityNews(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.DeliverCapacityNews, "delivers alerts and recommendations", run)
}
