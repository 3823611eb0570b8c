package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestCodeOf(t *testing.T) {
	coded := fault.New(fault.Conflict, "period %s is closed", "2026-09")
	for name, testCase := range map[string]struct {
		err  error
		want fault.Code
	}{
		"nil has no code":                   {nil, ""},
		"an error without a code is ours":   {io.EOF, fault.Internal},
		"a coded error":                     {coded, fault.Conflict},
		"a coded error beneath a wrap":      {fmt.Errorf("close: %w", coded), fault.Conflict},
		"the outermost code decides":        {fault.Wrap(coded, fault.Upstream, "billing"), fault.Upstream},
		"a coded error among joined errors": {errors.Join(io.EOF, coded), fault.Conflict},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, testCase.want, fault.CodeOf(testCase.err)) })
	}
}

func TestErrorShowsTheSentenceThenTheCause(t *testing.T) {
	assert.Equal(t, "cannot read usage.csv: EOF", fault.Wrap(io.EOF, fault.InvalidInput, "cannot read %s", "usage.csv").Error())
	assert.ErrorIs(t, fault.Wrap(io.EOF, fault.Internal, "reading"), io.EOF)
}

func TestOnlyPassingTroubleIsRetryable(t *testing.T) {
	assert.True(t, fault.New(fault.Unavailable, "billing does not answer").Retryable)
	assert.True(t, fault.New(fault.RateLimited, "too many requests").Retryable)
	assert.False(t, fault.New(fault.Upstream, "billing sent no JSON").Retryable)
	assert.False(t, fault.Invalid("/amount", "amount is missing").Retryable)
}

func TestInvalidNamesTheField(t *testing.T) {
	err := fault.Invalid("/pools/0/weights", "weights sum to %s, not 1", "0.9")
	assert.Equal(t, []fault.Field{{Pointer: "/pools/0/weights", Message: "weights sum to 0.9, not 1"}}, err.Fields)
}

func TestReword(t *testing.T) {
	hide := func(text string) string { return strings.ReplaceAll(text, "hunter2", "[hidden]") }
	refusal := fault.Wrap(errors.New("cannot write hunter2"), fault.Unavailable, "the platform refused hunter2")
	refusal.RetryAfter = time.Minute
	refusal.Fields = []fault.Field{{Pointer: "/a", Message: "hunter2 is too short"}}
	for name, err := range map[string]error{"a coded error": refusal, "a coded error among joined errors": errors.Join(io.EOF, refusal)} {
		t.Run(name+" keeps its code and when to try again", func(t *testing.T) {
			said := fault.Reword(err, hide)
			assert.Equal(t, fault.Unavailable, fault.CodeOf(said))
			var coded *fault.Error
			require.ErrorAs(t, said, &coded)
			assert.Equal(t, time.Minute, coded.RetryAfter)
			assert.True(t, coded.Retryable)
			assert.NotContains(t, said.Error()+coded.Fields[0].Message, "hunter2")
			assert.Contains(t, said.Error(), "cannot write [hidden]")
		})
	}
	t.Run("without its cause it says its sentence", func(t *testing.T) {
		assert.Equal(t, "the platform refused hunter2", fault.WithoutCause(refusal).Error())
		assert.Equal(t, io.EOF, fault.WithoutCause(io.EOF))
		require.NoError(t, fault.WithoutCause(nil))
	})
	t.Run("a cancellation and an error without a code are what they were", func(t *testing.T) {
		require.ErrorIs(t, fault.Reword(context.Canceled, hide), context.Canceled)
		require.EqualError(t, fault.Reword(errors.New("hunter2"), hide), "[hidden]")
		require.NoError(t, fault.Reword(nil, hide))
	})
}
