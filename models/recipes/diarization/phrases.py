"""What the voices of training conversations say: it only has to sound like a telephone call, not to make sense."""

import numpy as np

_SHORT = """
    sí|no|ajá|bueno|claro|mande|dígame|aló|diga|correcto|ya|ok|perfecto|cómo|ah|eh|así es|no sé|un momento|sí señor|
    no señora|está bien|de acuerdo|cómo no|a ver|espéreme|muchas gracias|hasta luego|buen día|quién habla|para nada|
    puede ser|lo siento|con ella|soy yo|qué pasó|ay no|ya veo|por supuesto|de nada"""

_WORDS = """
    acuerdo agosto ahora alguien almacén amigo antes anoche año arreglo ayer ayuda azul banco barrio boleta bolsa
    bueno cajero calle cámara camino campo cargo carro casa catorce cerca cheque cielo cinco ciudad cliente cocina
    colegio comida compra consulta correo cosa crédito cuándo cuenta cuota cuñado deber decir después diario dieciocho
    diez dinero doce domingo dos dueño efectivo empleo empresa encargo enero entonces escuela espera esposo estaba
    factura familia farmacia febrero feria fuerza gasto gente girar grande guitarra haber hablaba hermana hijo hora
    hospital hoy huevo igual impuesto informe invierno jamás jefe joven jueves jugar julio junio lápiz leche lejos
    letra libro llamada llave lluvia lunes luz madre mañana marido martes marzo mayor médico menos mercado mesa mil
    mientras misma moneda moto mucho mujer negocio ningún niño noche nombre noviembre nueve nunca número obra ochenta
    ocho octubre oficina once otro padre pagar papel parte patrón perro peso piso plata plazo plaza poco porque
    préstamo primero problema pronto pueblo puente quince quizá recibo regalo reloj respuesta rojo ropa sábado saldo
    salud seis semana señal septiembre servicio sesenta siempre siete silla sueldo suerte taller tarde tarjeta teléfono
    temprano tiempo tienda trabajo traje trece treinta tres turno último uno vecino veinte venta verano verdad viaje
    viejo viernes vivir voz vuelta yerno zapato"""

_JOINTS = "de|en el|que|con la|por|para el|y|a la|pero|como|si|cuando|del|su|mi|las|los|un|una|se me|ya no"

SHORT = tuple(" ".join(_SHORT.split()).replace("| ", "|").strip().split("|"))
WORDS = tuple(_WORDS.split())
JOINTS = tuple(_JOINTS.split("|"))
ENDS = (".", ".", ".", "?", ",", ", ¿no?", "…")


def draw_phrase(rng: np.random.Generator) -> str:
    """A turn of Spanish words: three in ten are an answer of a word or two, the others one to three sentences."""
    if rng.random() < 0.3:
        return str(rng.choice(SHORT))
    return " ".join(_draw_sentence(rng) for _ in range(int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12]))))


def _draw_sentence(rng: np.random.Generator) -> str:
    clauses = []
    for _ in range(int(rng.integers(1, 4))):
        words = []
        for _ in range(int(rng.integers(2, 6))):
            words.append(str(rng.choice(WORDS)))
            if rng.random() < 0.6:
                words.append(str(rng.choice(JOINTS)))
        clauses.append(" ".join(words))
    return ", ".join(clauses) + str(rng.choice(ENDS))
