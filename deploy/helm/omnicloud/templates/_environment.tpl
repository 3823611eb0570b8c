{{/* What every process is told of the database, as a key of its Secret. Takes a dict of root and key. */}}
{{- define "omnicloud.database" -}}
- name: OMNICLOUD_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ required "database.existingSecret is empty; name the Secret that holds the URLs of the database" .root.Values.database.existingSecret }}
      key: {{ .key }}
{{- end }}

{{- define "omnicloud.log" -}}
- name: OMNICLOUD_LOG_FORMAT
  value: {{ .Values.log.format }}
- name: OMNICLOUD_LOG_LEVEL
  value: {{ .Values.log.level }}
{{- end }}

{{/* What the API and the workers have in common. */}}
{{- define "omnicloud.environment" -}}
{{ include "omnicloud.database" (dict "root" . "key" .Values.database.serviceKey) }}
{{ include "omnicloud.log" . }}
- name: OMNICLOUD_TEMPORAL_ADDRESS
  value: {{ required "temporal.address is empty; set it to host:port of the Temporal frontend" .Values.temporal.address | quote }}
- name: OMNICLOUD_TEMPORAL_NAMESPACE
  value: {{ .Values.temporal.namespace | quote }}
{{ include "omnicloud.services" . }}
{{ include "omnicloud.keys" . }}
{{- end }}

{{- define "omnicloud.services" -}}
{{- $services := .Values.services }}
{{- if $services.all -}}
- name: OMNICLOUD_SERVICES_URL
  value: {{ $services.all | quote }}
{{- end }}
{{- range list "tenants" "billing" "compute" "state" "monitor" "compliance" }}
{{- $url := get $services . }}
{{- if $url }}
- name: OMNICLOUD_{{ upper . }}_URL
  value: {{ $url | quote }}
{{- else if not $services.all }}
{{- fail (printf "services.%s is empty, and so is services.all; set the URL of the %s service" . .) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "omnicloud.keys" -}}
- name: OMNICLOUD_KEYS_DIR
  value: /keys
{{- end }}
