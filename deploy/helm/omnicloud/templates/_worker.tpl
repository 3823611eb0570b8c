{{/* Takes a dict of root and settings. */}}
{{- define "omnicloud.workerEnvironment" -}}
- name: OMNICLOUD_METRICS_ADDR
  value: ":8081"
- name: OMNICLOUD_QUEUES
  value: {{ join "," .settings.queues | quote }}
- name: OMNICLOUD_APPROVAL_DEADLINE
  value: {{ .root.Values.remediation.approvalDeadline | quote }}
- name: OMNICLOUD_REMINDER_EVERY
  value: {{ .root.Values.remediation.reminderEvery | quote }}
{{- with .root.Values.webhookURL }}
- name: OMNICLOUD_WEBHOOK_URL
  value: {{ . | quote }}
{{- end }}
{{- if has "forecast" .settings.queues }}
{{ include "omnicloud.monitoringEnvironment" .root.Values.monitoring }}
{{- end }}
{{- end }}

{{- define "omnicloud.monitoringEnvironment" -}}
{{- if .metricsConfig }}
- name: OMNICLOUD_METRICS_CONFIG
  value: /monitoring/metrics.yaml
- name: OMNICLOUD_PROMETHEUS
  value: {{ required "monitoring.prometheusURL is empty, but monitoring.metricsConfig says what to read there" .prometheusURL | quote }}
{{- if .prometheusSecret }}
{{- range list "token" "user" "password" }}
- name: OMNICLOUD_PROMETHEUS_{{ upper . }}
  valueFrom:
    secretKeyRef: {name: {{ $.prometheusSecret }}, key: {{ . }}, optional: true}
{{- end }}
{{- end }}
{{- end }}
{{- if .events }}
- name: OMNICLOUD_EVENTS
  value: /monitoring/events.csv
{{- end }}
{{- end }}

{{/* Whether a group reads files of the chart. Takes a dict of root and settings; empty for no. */}}
{{- define "omnicloud.readsMonitoring" -}}
{{- if and (has "forecast" .settings.queues) (or .root.Values.monitoring.metricsConfig .root.Values.monitoring.events) }}yes{{ end }}
{{- end }}
