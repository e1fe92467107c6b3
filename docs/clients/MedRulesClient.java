// medrules 本机服务的 Java 客户端示例（Java 11+，不依赖第三方库；JSON 请用贵系统已有的库解析）。
// Sample Java client of the local service. Whatever fails, the doctor goes on and sees "not checked".
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

public final class MedRulesClient {
    /** 应答；reviewed 为 false 时显示 text，放行。 answer is the JSON text when reviewed. */
    public static final class Result {
        public final boolean reviewed;
        public final String text;

        Result(boolean reviewed, String text) {
            this.reviewed = reviewed;
            this.text = text;
        }
    }

    private static final String NOT_CHECKED = "本次未检查：审核服务没有应答";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(500)) // 服务没启动时立刻知道
            .build();
    private final String base;
    private final Charset charset;

    public MedRulesClient() {
        this("http://127.0.0.1:8310", StandardCharsets.UTF_8);
    }

    /** charset：老系统可用 Charset.forName("GBK")，应答同一编码。 */
    public MedRulesClient(String base, Charset charset) {
        this.base = base;
        this.charset = charset;
    }

    /** 3101 事前。 */
    public Result before(String requestJson) {
        return send("/fsi/api/riskConService/beforeAnalyze", requestJson);
    }

    /** 3102 事中。 */
    public Result during(String requestJson) {
        return send("/fsi/api/riskConService/courseAnalyze", requestJson);
    }

    /** 3103 反馈；reviewed 为 false 时请稍后重发。 */
    public Result feedback(String feedbackJson) {
        return send("/fsi/api/riskConService/feedback", feedbackJson);
    }

    private Result send(String path, String json) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json; charset=" + charset.name())
                .POST(HttpRequest.BodyPublishers.ofByteArray(json.getBytes(charset)))
                .build();
        try {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            String text = new String(response.body(), charset);
            // infcode 是数字且总在最前；正式代码请用 JSON 库取 infcode、err_msg、output.result
            if (response.statusCode() == 200 && text.startsWith("{\"infcode\":0,")) {
                return new Result(true, text);
            }
            return new Result(false, text.startsWith("{\"infcode\":-1,") ? text : NOT_CHECKED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(false, NOT_CHECKED);
        } catch (IOException e) {
            return new Result(false, NOT_CHECKED);
        }
    }
}
